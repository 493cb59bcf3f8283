import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Holds a lock of this computer, a file, until what it returns is called; who comes second waits. The kernel gives it up with
 * the process. `asRoot`: in front of the command, for whoever needs root to open the file; `waits` is called where it takes a while;
 * `shared`: with others who hold it so.
 */
export async function holdLock(
  file: string,
  { asRoot = (argv: string[]) => Promise.resolve(argv), waits = () => {}, shared = false } = {},
): Promise<() => Promise<void>> {
  const note = setTimeout(waits, 2000);
  const [program, ...args] = await asRoot([
    "flock",
    shared ? "--shared" : "--exclusive",
    file,
    "sh",
    "-c",
    "echo held; cat",
  ]);
  const holder = spawn(program as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(holder, "close").then(([code]) => {
    throw new Error(`the lock ${file} is not held: flock ended with ${code}`);
  });
  await Promise.race([once(holder.stdout, "data"), ended]).finally(() => clearTimeout(note));
  // From here on it ends when it is told to.
  ended.catch(() => undefined);
  return async () => {
    holder.stdin.end();
    await once(holder, "close");
  };
}

/** The file of the lock that is called `name` in this folder, both made where they are not there. */
export function lockFile(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.lock`);
  writeFileSync(file, "", { flag: "a" });
  return file;
}
