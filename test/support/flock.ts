import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Holds a lock of this computer, a file, until what it returns is called; who comes second waits. The kernel gives it up with
 * the process. `argv`: in front of the command, for whoever needs root to open the file; `waits` is called where it takes a while.
 */
export async function holdLock(
  file: string,
  { asRoot = (argv: string[]) => Promise.resolve(argv), waits = () => {} } = {},
): Promise<() => Promise<void>> {
  const note = setTimeout(waits, 2000);
  const [program, ...args] = await asRoot(["flock", file, "sh", "-c", "echo held; cat"]);
  const holder = spawn(program as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  clearTimeout(note);
  return async () => {
    holder.stdin.end();
    await once(holder, "close");
  };
}
