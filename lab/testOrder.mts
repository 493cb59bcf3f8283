import { budgetOf } from "./testTimes.mts";

/**
 * How many files run beside each other. Half of what they take they wait, for a boot, an election or a limit; but no more than two
 * where a tenth of a second without an answer counts, for the computers that they run on have two processors.
 */
export const WORKERS = { onTheLab: 3, underLoad: 2 } as const;

/** A file of tests that runs machines. */
export interface LabFile {
  /** From the project's folder on. */
  name: string;
  /** Whether it takes turns with others at one cluster. */
  takesTurns: boolean;
}

/** Whether a file of this text takes turns: who imports the shared cluster does. */
export function takesTurns(text: string): boolean {
  return text.includes('support/trio"');
}

/**
 * The order in which all workers are busy all the time: files that take turns, in the order of their names, one behind the other, and in
 * between, the longest first, those with clusters of their own. A worker that got a second one of the former would only wait.
 */
export function inOrder<File extends LabFile>(files: readonly File[], workers: number): File[] {
  const byName = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const turns = byName.filter(({ takesTurns }) => takesTurns);
  const others = longestFirst(
    byName.filter(({ takesTurns }) => !takesTurns),
    ({ name }) => name,
  );
  const ends = Array.from({ length: workers }, () => 0);
  let turnEnds = 0;
  const order: File[] = [];
  while (order.length < files.length) {
    const now = Math.min(...ends);
    const isTurn = others.length === 0 || (turns.length > 0 && turnEnds <= now);
    const next = (isTurn ? turns : others).shift() as File;
    const end = (isTurn ? Math.max(now, turnEnds) : now) + budgetOf(next.name);
    if (isTurn) turnEnds = end;
    ends[ends.indexOf(now)] = end;
    order.push(next);
  }
  return order;
}

/** By their budgets; of the same one, as they came. */
export function longestFirst<File>(files: readonly File[], nameOf: (file: File) => string): File[] {
  return [...files].sort((a, b) => budgetOf(nameOf(b)) - budgetOf(nameOf(a)));
}
