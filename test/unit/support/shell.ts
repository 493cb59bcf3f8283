import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const scripts = join(__dirname, "../../../components/remote/scripts");

/** What `sh` says to a script; one that fails is an error, so that no test goes on with nothing. */
export function sh(script: string, args: string[] = [], input: string | Buffer = ""): string {
  const { status, stdout, stderr, error } = spawnSync("sh", ["-c", script, "sh", ...args], {
    input,
    encoding: "utf8",
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`sh ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "consul-cluster-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
