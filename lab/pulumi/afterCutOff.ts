import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Layout } from "./layout";

interface LockFile {
  pid: number;
  hostname: string;
}

/**
 * Puts the file backend right after a run that was killed or lost its power, so that the next one
 * converges. Only what is certainly dead is removed: the state itself is written in one step and is whole.
 */
export function repairAfterCutOff(layout: Layout, stack: string): void {
  removeStaleLocks(join(layout.state, ".pulumi", "locks"), stack);
  removeTornAttributes(join(layout.state, ".pulumi", "stacks"), stack);
}

/** A lock of a process that lives, or of another computer, stays. */
function removeStaleLocks(folder: string, stack: string): void {
  for (const file of filesIn(folder)) {
    if (file.endsWith(".json") && file.includes(`/${stack}/`) && isStale(file)) rmSync(file);
  }
}

/**
 * The backend keeps content types beside the state, in files that it does not write in one step: an empty
 * one makes it say "failed to load checkpoint: EOF" of a state that is whole. It does without them.
 */
function removeTornAttributes(folder: string, stack: string): void {
  for (const file of filesIn(folder)) {
    if (file.includes(`/${stack}.json`) && file.endsWith(".attrs") && statSync(file).size === 0) {
      rmSync(file);
    }
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.map((entry) => join(folder, entry));
}

function isStale(file: string): boolean {
  try {
    const lock = JSON.parse(readFileSync(file, "utf8")) as LockFile;
    return lock.hostname === hostname() && !isPulumi(lock.pid);
  } catch {
    // Half a file, or gone in between: not ours to judge.
    return false;
  }
}

/** Process numbers come round again: the name decides. One that was killed keeps both until its parent has asked for its end. */
function isPulumi(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && /^\d+ \(pulumi\) [^ZX]/.test(readFileSync(stat, "utf8"));
}
