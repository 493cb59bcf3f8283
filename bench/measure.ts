import Table from "cli-table3";

export interface Comparison {
  title: string;
  /** What was timed, and its times in seconds. */
  rows: [string, number[]][];
  /** Both sides were timed in one run: these machines are noisy, a time alone says little. */
  ratio: { name: string; value: number; goal: number };
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

export function report({ title, rows, ratio }: Comparison): string {
  const table = new Table({
    head: [title, "median", "min", "max"],
    style: { head: [], border: [] },
  });
  const text = (value: number) => `${value.toFixed(2)} s`;
  for (const [name, times] of rows) {
    table.push([name, text(median(times)), text(Math.min(...times)), text(Math.max(...times))]);
  }
  const verdict = ratio.value <= ratio.goal ? "reached" : "missed";
  return `${table.toString()}\n${ratio.name}: ${ratio.value.toFixed(2)}, goal ${ratio.goal}: ${verdict}`;
}
