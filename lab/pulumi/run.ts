import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Toolchain } from "../toolchain/toolchain";
import { repairAfterCutOff } from "./afterCutOff";
import {
  type CommandLine,
  needsStack,
  readCommandLine,
  removesStackFile,
  takesConfigFile,
  withFlags,
} from "./args";
import { pulumiEnv } from "./env";
import { devStack, type Layout, layoutOf } from "./layout";
import { withStartedPolicyPacks } from "./policyPack";
import { ensureStack, stackExists, writeStackFile } from "./stack";

export interface PulumiOptions {
  toolchain: Toolchain;
  /** The folder with Pulumi.yaml. @default this clone */
  project?: string;
  /** The folder with the Pulumi.yaml of another program, on the same state. @default the project's own */
  program?: string;
  /** @default devStack */
  stack?: string;
  /** The stack's settings as YAML. @default Pulumi.<stack>.yaml of the project */
  configFile?: string;
  /** Added to the CLI's environment. */
  env?: NodeJS.ProcessEnv;
}

export interface PulumiResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts the CLI on a stack, which is made first where it is missing. */
export async function startPulumi(
  args: readonly string[],
  options: PulumiOptions,
  stdio: StdioOptions,
): Promise<ChildProcess> {
  const layout = layoutOf(options.project, options.program);
  const line = readCommandLine(args);
  const stack = options.stack ?? devStack;
  const env = { ...pulumiEnv(layout, options.toolchain, stack), ...options.env };
  // A stack that the user names by a flag is the user's: it is not made by the way.
  if (needsStack(line) && (line.stack ?? stack) === stack) {
    await ensureStack(options.toolchain.pulumi, layout, stack, env);
    repairAfterCutOff(layout, stack);
  }
  const completed = await complete(args, line, layout, line.stack ?? stack, options.configFile);
  const { pulumi, startsPolicyPacks } = options.toolchain;
  const words = startsPolicyPacks ? completed : await withStartedPolicyPacks(completed, layout);
  return spawn(pulumi, words, {
    cwd: layout.project,
    env,
    stdio,
  });
}

/** Runs the CLI to its end and returns what it said; every line also goes to `onLine`. */
export async function runPulumi(
  args: readonly string[],
  options: PulumiOptions & { onLine?: (line: string) => void },
): Promise<PulumiResult> {
  const child = await startPulumi(args, options, ["ignore", "pipe", "pipe"]);
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    const stream = child[name];
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
    if (stream && options.onLine) createInterface({ input: stream }).on("line", options.onLine);
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
  });
}

/** The arguments, with the flags that keep the CLI away from the stack files of git. */
async function complete(
  args: readonly string[],
  line: CommandLine,
  layout: Layout,
  stack: string,
  settings: string | undefined,
): Promise<string[]> {
  if (removesStackFile(line)) return withFlags(args, line, 2, ["--preserve-config"]);
  if (!takesConfigFile(line) || !(await stackExists(layout, stack))) return [...args];
  const file = await writeStackFile(layout, stack, settings);
  return file === undefined ? [...args] : withFlags(args, line, 1, ["--config-file", file]);
}
