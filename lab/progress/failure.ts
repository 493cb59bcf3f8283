import { Failure } from "../system/failure";
import { commandPrefix, type StepLog } from "./stepLog";

/** Says which step failed, why, what its tool said last, and where the rest is. */
export function stepFailure(title: string, error: unknown, log: StepLog): unknown {
  // A bug of ours keeps its stack trace.
  if (!(error instanceof Failure)) return error;
  const said = log.lastLines.filter(
    (line) => !line.startsWith(commandPrefix) && !error.message.includes(line.trim()),
  );
  const message = [`${title}: ${error.message}`, ...said.map((line) => `  ${line}`)].join("\n");
  return new Failure(message, error.logFile ?? (said.length > 0 ? log.file : undefined));
}
