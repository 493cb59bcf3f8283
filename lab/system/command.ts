import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Failure } from "./failure";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the command's stdin; without it stdin is empty. */
  input?: string;
  /** Sees every line of stdout and stderr as it comes. */
  onLine?: (line: string) => void;
  /** Ends the command, and fails, after so many milliseconds. */
  timeout?: number;
}

export interface CommandResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();

/** Ends everything this process started and still waits for. */
export function stopChildren(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
}

/** Runs a command to its end, whatever its exit code. A command that cannot be started is an error. */
export function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error("run: an empty command");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      timeout: options.timeout,
      stdio: ["pipe", "pipe", "pipe"],
    });
    running.add(child);
    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    // A command may end without reading its stdin: that is its business, not an error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      running.delete(child);
      reject(error);
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** Runs a command that must succeed. */
export async function runOrFail(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await run(argv, options);
  if (result.code === 0) return result;
  const end = result.signal ? `was ended by ${result.signal}` : `ended with ${result.code}`;
  const said = lastLines(`${result.stdout}\n${result.stderr}`, 15);
  throw new Failure([`${argv.slice(0, 3).join(" ")} ${end}`, ...said].join("\n  "));
}

/** stdout of a command, or undefined where it fails or does not exist. */
export async function output(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string | undefined> {
  try {
    const result = await run(argv, options);
    return result.code === 0 ? result.stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}

function lastLines(text: string, count: number): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

function collect(stream: Readable, onLine?: (line: string) => void): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (onLine) createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
  return () => Buffer.concat(chunks).toString();
}
