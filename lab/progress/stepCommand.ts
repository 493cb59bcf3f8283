import { type CommandOptions, type CommandResult, run } from "../system/command";
import { Failure } from "../system/failure";
import type { Step } from "./progress";
import { commandPrefix } from "./stepLog";

/** Runs a tool as part of a step: its output goes to the step's log, and it must succeed. */
export async function runInStep(
  step: Step,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  step.log(`${commandPrefix}${argv.join(" ")}`);
  const result = await run(argv, {
    ...options,
    onLine: (line) => {
      step.log(line);
      options.onLine?.(line);
    },
  });
  if (result.code === 0) return result;
  throw new Failure(`${argv.slice(0, 3).join(" ")} ended with ${result.signal ?? result.code}`);
}
