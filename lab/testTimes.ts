import { relative } from "node:path";

/** What vitest's JSON report says of one file of tests. */
export interface FileResult {
  name: string;
  /** In milliseconds. */
  startTime: number;
  endTime: number;
}

/** The files that took longest, a line each, the slowest first: time is the first cost of every change. */
export function slowestFiles(files: readonly FileResult[], folder: string, count = 10): string[] {
  const timed = files
    .map(({ name, startTime, endTime }) => ({
      name: relative(folder, name),
      seconds: Math.round((endTime - startTime) / 1000),
    }))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count);
  const width = String(timed[0]?.seconds ?? 0).length;
  return timed.map(({ name, seconds }) => `${String(seconds).padStart(width)} s  ${name}`);
}
