import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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

/**
 * The functions of a script of the library and of all that it sources, as they stand; `main` is not started.
 * Nothing of them reaches the system's log.
 */
export function functionsOf(script: string): string {
  const text = readFileSync(join(scripts, script), "utf8")
    .replaceAll("/usr/local/lib/consul-cluster/", `${scripts}/`)
    .replace(/^main "\$@".*$/m, "");
  return `${text}\nlogger() { :; }\n`;
}

/** A shell function in the place of `consul_api`: answers by address and path. Where nothing is said it fails, as curl does. */
export function consulAnswers(answers: Record<string, unknown>, name = "consul_api"): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const cases = Object.entries(answers).map(([url, answer]) => {
    const body = typeof answer === "string" ? answer : JSON.stringify(answer);
    return `${quoted(url)}) printf '%s' ${quoted(body)} ;;\n`;
  });
  return `${name}() {\ncase $1$2 in\n${cases.join("")}*) return 22 ;;\nesac\n}\n`;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "consul-cluster-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
