import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Layout } from "./layout";

interface LockFile {
  pid: number;
  hostname: string;
}

/**
 * Removes the file backend's locks whose holder was killed: a run that lost its power must not keep the
 * next one from converging. A lock of a process that lives, or of another computer, stays.
 */
export function removeStaleLocks(layout: Layout, stack: string): void {
  const folder = join(layout.state, ".pulumi", "locks");
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, entry);
    if (file.endsWith(".json") && file.includes(`/${stack}/`) && isStale(file)) rmSync(file);
  }
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

/** Process numbers come round again: the name decides. */
function isPulumi(pid: number): boolean {
  const name = `/proc/${pid}/comm`;
  return existsSync(name) && readFileSync(name, "utf8").trim() === "pulumi";
}
