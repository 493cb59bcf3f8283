import { spawn } from "node:child_process";

/**
 * Runs a command on our own terminal and waits for its exit code. A Ctrl-C reaches it through the
 * terminal; what becomes of that is its decision, so this process only waits.
 */
export async function runInherited(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const wait = () => undefined;
  process.on("SIGINT", wait);
  try {
    const child = spawn(argv[0] as string, argv.slice(1), { ...options, stdio: "inherit" });
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("SIGINT", wait);
  }
}
