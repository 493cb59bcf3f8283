import { relative } from "node:path";

/** What vitest's JSON report says of one file of tests. */
export interface FileResult {
  name: string;
  /** In milliseconds. */
  startTime: number;
  endTime: number;
}

/**
 * Seconds that a file may take on two cores, beside as many others as run with it, by where it stands: the longer beginning counts. The
 * order in which files run goes by them, too (testOrder.mts).
 */
const BUDGETS: Readonly<Record<string, number>> = {
  "test/unit/": 15,
  "test/graph/": 15,
  "test/conformance/": 15,
  "test/package/": 60,
  "test/upgrade/": 75,
  "test/e2e/": 90,
  // All that is secret at once, and each kind of change in one cluster.
  "test/e2e/08-": 320,
  "test/e2e/12-": 150,
  "test/e2e/17-": 150,
  // A stack on AWS, from its first run to its destroy; one server begins anew.
  "test/e2e/18-": 170,
  "test/changes/": 240,
  "test/changes/02-": 120,
  // Five servers begin anew here.
  "test/changes/04-": 380,
  "test/changes/09-": 120,
  // Where nobody can ask the others over HTTP, the gates wait for autopilot's view.
  "test/changes/10-": 360,
  "test/changes/12-": 300,
  "test/failures/": 300,
  "test/failures/cut-off": 420,
  "test/failures/sick": 420,
  "test/aws/": 900,
};

/** `name`: from the project's folder on. */
export function budgetOf(name: string): number {
  const [closest] = Object.entries(BUDGETS)
    .filter(([place]) => name.startsWith(place))
    .sort(([a], [b]) => b.length - a.length);
  return closest?.[1] ?? Number.POSITIVE_INFINITY;
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
  return timed.map(({ name, seconds }) => {
    const budget = budgetOf(name);
    const over = seconds > budget ? `, over its budget of ${budget} s` : "";
    return `${String(seconds).padStart(width)} s  ${name}${over}`;
  });
}
