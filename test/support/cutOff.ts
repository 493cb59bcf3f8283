import { readdirSync, readFileSync } from "node:fs";
import type { TestStack } from "./stack";
import { eventually } from "./wait";

/**
 * Runs `up` until `moment`, which sees what was said so far, then kills the engine and everything it has started: the
 * program, its language host, the plugins, which are in process groups of their own.
 */
export async function upCutOffAt(
  stack: TestStack,
  moment: (said: string) => boolean | Promise<boolean>,
): Promise<void> {
  let said = "";
  const child = await stack.startUp((text) => {
    said += text;
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  // Looked at often, for the next step begins at once.
  await eventually("the moment to cut the run off", 120, async () => moment(said), 20);
  // Stopped first: it shall not note as made what is about to be killed with it.
  kill(child.pid as number, "SIGSTOP");
  for (const pid of withDescendants(child.pid as number)) kill(pid, "SIGKILL");
  await ended;
}

function withDescendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((other) => parentOf(other) === pid);
  return [pid, ...children.flatMap(withDescendants)];
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    // It has ended in between.
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Its parent's end was its own.
  }
}
