import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import {
  hostLibraryText,
  installerText,
  type Program,
  readScript,
} from "../../../components/steps/scripts";
import { type System, usual } from "./systems";

export interface ShellOptions {
  input?: string | Buffer;
  /** A folder whose programs stand before the system's own: a fake curl's, for one. */
  bin?: string;
  system?: System;
}

export interface ShellResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What becomes of a script. It finds Debian's shell and awk, where nothing else is said, whatever this computer's are. */
export function runShell(
  script: string,
  args: readonly string[] = [],
  { input = "", bin, system = usual }: ShellOptions = {},
): ShellResult {
  const [program = "sh", ...words] = system.present ? system.shell : ["sh", "-c"];
  const path = [bin, system.bin, process.env.PATH].filter(Boolean).join(delimiter);
  const folder = mkdtempSync(join(tmpdir(), "script-"));
  try {
    // One argument has room for 128 KiB, and the library with an installer is more.
    const file = join(folder, "script");
    writeFileSync(file, script);
    const argv = [...words, `. ${file}`, "sh", ...args];
    const { status, stdout, stderr, error } = spawnSync(program, argv, {
      input,
      encoding: "utf8",
      // What a script that is killed leaves behind goes with its folder.
      env: { ...process.env, PATH: path, TMPDIR: folder },
    });
    if (error) throw error;
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a script says on stdout; one that fails is an error, so that no test goes on with nothing. */
export function sh(
  script: string,
  args: readonly string[] = [],
  options: ShellOptions | string | Buffer = {},
): string {
  const given =
    typeof options === "string" || Buffer.isBuffer(options) ? { input: options } : options;
  const { status, stdout, stderr } = runShell(script, args, given);
  if (status !== 0) throw new Error(`sh ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

const sourcing = /^\. \/usr\/local\/lib\/consul-cluster\/lib\.sh$/m;

/** The library of the hosts. Nothing of it reaches the system's log. */
export const library = `${hostLibraryText()}\nlogger() { :; }\n`;

/** The functions of a program on a host, and those of the library; its `main` is not started. */
export function functionsOf(program: Program): string {
  const text = readScript(program).replace(/^main "\$@".*$/m, "");
  return `${text.replace(sourcing, () => library)}\nlogger() { :; }\n`;
}

/** The same of the release step, which comes from stdin and not from a host. */
export const releaseFunctions = `${hostLibraryText()}\n${installerText()}\nlogger() { :; }\n`;

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "consul-cluster-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
