import { budgetOf } from "./testTimes.mts";

/** A file of tests that runs machines. */
export interface LabFile {
  /** From the project's folder on. */
  name: string;
  /** The cluster at which it takes turns with others, where it does. */
  turn: string | undefined;
}

/** Where a file of this text takes turns: who imports a shared cluster does. */
export function turnOf(text: string): string | undefined {
  return /support\/(trio|secondTrio)"/.exec(text)?.[1];
}

/**
 * So many files of a project at a time: half of what they take they wait, for a boot, an election, a gate or a limit. Of those under load
 * one less, though it takes some 400 s more: with three the median of the gaps that the writers see is 236 ms on two processors, with two 94.
 */
export const LAB_WORKERS = { e2e: 3, last: 1, changes: 2, failures: 2, aws: 2 } as const;

export type LabProject = keyof typeof LAB_WORKERS;

/**
 * The order in which all workers are busy all the time: files that take turns at one cluster, in the order of their names, one behind the
 * other, and in between, the longest first, those with clusters of their own. A worker that got a second one of the former would only wait.
 */
export function inOrder<File extends LabFile>(files: readonly File[], workers: number): File[] {
  const byName = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const clusters = [...new Set(byName.flatMap(({ turn }) => turn ?? []))].map((cluster) => ({
    files: byName.filter(({ turn }) => turn === cluster),
    free: 0,
  }));
  const others = longestFirst(
    byName.filter(({ turn }) => turn === undefined),
    ({ name }) => name,
  );
  const ends = Array.from({ length: workers }, () => 0);
  const order: File[] = [];
  while (order.length < files.length) {
    const now = Math.min(...ends);
    const left = clusters
      .filter(({ files }) => files.length > 0)
      .sort((a, b) => a.free - b.free || secondsOf(b.files) - secondsOf(a.files));
    const cluster =
      left.find(({ free }) => free <= now) ?? (others.length > 0 ? undefined : left[0]);
    const next = (cluster?.files ?? others).shift() as File;
    const end = Math.max(now, cluster?.free ?? 0) + budgetOf(next.name);
    if (cluster) cluster.free = end;
    ends[ends.indexOf(now)] = end;
    order.push(next);
  }
  return order;
}

/** By their budgets; of the same one, as they came. */
export function longestFirst<File>(files: readonly File[], nameOf: (file: File) => string): File[] {
  return [...files].sort((a, b) => budgetOf(nameOf(b)) - budgetOf(nameOf(a)));
}

const secondsOf = (files: readonly LabFile[]) =>
  files.reduce((seconds, { name }) => seconds + budgetOf(name), 0);
