import Table from "cli-table3";

/** What was timed, and its times in seconds. */
export type Row = [name: string, times: number[]];

export interface Comparison {
  title: string;
  rows: Row[];
  /** Both sides were timed in one run: these machines are noisy, a time alone says little. */
  goals: Goal[];
}

/** What is to be held: a ratio of two medians, or one of them, in `unit`. */
interface Goal {
  name: string;
  value: number;
  goal: number;
  unit?: string;
}

/** Runs `work`; how long it took, in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function report({ title, rows, goals }: Comparison): string {
  const table = new Table({
    head: [title, "median", "min", "max"],
    style: { head: [], border: [] },
  });
  const text = (value: number) => `${value.toFixed(2)} s`;
  for (const [name, times] of rows) {
    table.push([name, text(median(times)), text(Math.min(...times)), text(Math.max(...times))]);
  }
  const verdicts = goals.map(({ name, value, goal, unit = "" }) => {
    const verdict = value <= goal ? "reached" : "missed";
    return `${name}: ${value.toFixed(2)}${unit}, goal ${goal}${unit}: ${verdict}`;
  });
  return [table.toString(), ...verdicts].join("\n");
}
