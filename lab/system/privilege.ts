import { output } from "./command";
import { Failure } from "./failure";

let allowed: Promise<boolean> | undefined;

/** The command as it must be written to run as root. */
export async function asRoot(argv: readonly string[]): Promise<string[]> {
  if (process.getuid?.() === 0) return [...argv];
  allowed ??= output(["sudo", "-n", "true"]).then((answer) => answer !== undefined);
  if (!(await allowed)) throw new Failure(noRoot);
  return ["sudo", "-n", ...argv];
}

const noRoot =
  "Root is needed to install packages and to boot the lab's machines, and `sudo` does not grant it " +
  "without a password. Run `sudo -v` first, or run this command as root.";
