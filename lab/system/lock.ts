import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "./failure";

/**
 * Holds an exclusive lock while `work` runs; another process of this machine waits.
 *
 * The lock is the kernel's (flock(1) of util-linux): it goes with the process that holds it, so a
 * killed run leaves nothing that a later one would have to judge stale.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  // The child says that it has the lock, then lives until its stdin closes: at the latest when we die.
  const child = spawn("flock", [file, "sh", "-c", "echo held; exec cat >/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const patience = setTimeout(onWait, 500);
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("error", reject);
      child.once("exit", () => reject(new Failure(`cannot lock ${file}`)));
    });
    clearTimeout(patience);
    return await work();
  } finally {
    clearTimeout(patience);
    child.stdin.end();
  }
}
