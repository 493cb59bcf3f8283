import { stopChildren } from "./command";
import { Failure } from "./failure";

/**
 * Runs a command of `lab/commands`: turns its result into an exit code and its errors into messages.
 * `onEnd` is what a request to end does that was sent to this process alone; a Ctrl-C also reaches
 * our children, through the terminal.
 */
export function runMain(
  command: () => Promise<number | undefined>,
  onEnd: (signal: NodeJS.Signals) => void = endNow,
): void {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, onEnd);
  command().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (error: unknown) => {
      console.error(describe(error));
      process.exitCode = 1;
    },
  );
}

/** Ends this process and all it started. */
export function endNow(signal: NodeJS.Signals): void {
  stopChildren(signal);
  process.exit(1);
}

function describe(error: unknown): string {
  if (error instanceof Failure) {
    return error.logFile ? `${error.message}\nThe full log is in ${error.logFile}` : error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
