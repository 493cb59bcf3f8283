/** What has to be known of a command line before it is handed to the CLI. */
export interface CommandLine {
  /** E.g. ["stack", "output"]; empty for `pulumi --version`. */
  command: string[];
  /** Where each word of `command` stands. */
  positions: number[];
  stack?: string;
  configFile?: string;
  /** The user sends the CLI to another folder. */
  elsewhere: boolean;
  help: boolean;
}

/** The CLI's flags that take a value as the next argument, as far as it matters here. */
const flagsWithValue = new Set([
  ...["--color", "--memprofilerate", "--otel-traces", "--profiling", "--tracing"],
  ...["-v", "--verbose", "-C", "--cwd", "-s", "--stack", "--config-file"],
  ...["--policy-pack", "--policy-pack-config"],
]);

/** Commands that read the stack file and let it be named. */
const configFileCommands = new Set([
  ...["up", "update", "preview", "pre", "destroy", "down", "dn", "refresh", "import", "watch"],
  "logs",
]);

/** Commands that work on a stack, which therefore must exist. */
const stackCommands = new Set([...configFileCommands, "stack", "state", "config", "cancel"]);

const removal = ["rm", "remove", "delete"];

/** Commands of `stack` that make, choose, list or remove stacks. */
const stackManagement = new Set([
  ...["new", "init", "create", "setup", "ls", "list", "select", "unselect"],
  ...removal,
]);

export function readCommandLine(args: readonly string[]): CommandLine {
  const line: CommandLine = { command: [], positions: [], elsewhere: false, help: false };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") break;
    if (!arg.startsWith("-")) {
      line.command.push(arg);
      line.positions.push(index);
      continue;
    }
    const [flag, value] = splitFlag(arg);
    readFlag(line, flag, value ?? args[index + 1]);
    if (value === undefined && flagsWithValue.has(flag)) index++;
  }
  return line;
}

/** "--stack=dev" and "-sdev" carry their value, "--stack dev" does not. */
function splitFlag(arg: string): [string, string | undefined] {
  if (arg.startsWith("--")) {
    const equals = arg.indexOf("=");
    return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
  }
  const flag = arg.slice(0, 2);
  const rest = arg.slice(2).replace(/^=/, "");
  return rest === "" || !flagsWithValue.has(flag) ? [arg, undefined] : [flag, rest];
}

function readFlag(line: CommandLine, flag: string, value: string | undefined): void {
  if (flag === "-s" || flag === "--stack") line.stack = value;
  if (flag === "--config-file") line.configFile = value;
  if (flag === "-C" || flag === "--cwd") line.elsewhere = true;
  if (flag === "-h" || flag === "--help") line.help = true;
}

export function needsStack(line: CommandLine): boolean {
  const [command = "", sub = ""] = line.command;
  if (line.help || line.elsewhere || !stackCommands.has(command)) return false;
  return command !== "stack" || !stackManagement.has(sub);
}

export function takesConfigFile(line: CommandLine): boolean {
  const [command = ""] = line.command;
  return configFileCommands.has(command) && line.configFile === undefined && !line.elsewhere;
}

/** `pulumi stack rm` deletes the stack file, which here is one from git. */
export function removesStackFile(line: CommandLine): boolean {
  const [command = "", sub = ""] = line.command;
  return command === "stack" && removal.includes(sub) && !line.elsewhere;
}

/** The arguments with `flags` behind a word of the command: the first is `up`, the second `rm`. */
export function withFlags(
  args: readonly string[],
  line: CommandLine,
  word: number,
  flags: readonly string[],
): string[] {
  const end = (line.positions[word - 1] ?? -1) + 1;
  return [...args.slice(0, end), ...flags, ...args.slice(end)];
}
