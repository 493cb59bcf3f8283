import { createRequire } from "node:module";
import { join } from "node:path";
import { log, type ResourceError, RunError, runtime } from "@pulumi/pulumi";
import { RunRequest } from "@pulumi/pulumi/proto/language_pb";

// A process that runs programs as often as it is told to, one at a time, as Pulumi's Automation API would: the SDK is loaded once, and
// not for each of some 300 runs of the tests. What a program throws, or nobody catches, is told as in a process of its own (the SDK's
// cmd/run): such a run does not tell the engine that it is at its end, and nothing of the stack is taken for gone.

const load = createRequire(__filename);
/** Internals of the SDK, which leaves them out of its types. */
const { withLocalStorage } = load("@pulumi/pulumi/runtime/state") as {
  withLocalStorage<Result>(run: () => Promise<Result>): Promise<Result>;
};
const settings = load("@pulumi/pulumi/runtime/settings") as {
  resetOptions(...options: unknown[]): void;
  waitForRPCs(): Promise<void>;
  signalAndWaitForShutdown(): Promise<void>;
  disconnectSync(): void;
};

/** @returns true where the run has failed, and said why. */
async function run(request: RunRequest): Promise<boolean> {
  settings.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    request.getArgsList()[0] ?? "",
    request.getMonitorAddress(),
    request.getDryrun(),
    request.getOrganization(),
  );
  const config = Object.fromEntries(request.getConfigMap().entries());
  runtime.setAllConfig(config, request.getConfigsecretkeysList());
  const failures = new Set<unknown>();
  const failed = (error: Error) => {
    if (!failures.has(error)) tell(error);
    failures.add(error);
  };
  process.on("uncaughtException", failed).on("unhandledRejection", failed);
  await runtime.runInPulumiStack(programOf(request)).catch(failed);
  await settings.waitForRPCs();
  if (failures.size === 0) await settings.signalAndWaitForShutdown().catch(failed);
  settings.disconnectSync();
  process.off("uncaughtException", failed).off("unhandledRejection", failed);
  return failures.size > 0;
}

function programOf(request: RunRequest) {
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  const entry = join(folder, request.getInfo()?.getEntryPoint() ?? "");
  return async (): Promise<unknown> => {
    process.chdir(folder);
    // The module is the program: each run has its own.
    delete load.cache[entry];
    return load(entry);
  };
}

function tell(error: Error): void {
  const { message, resource, hideStack } = error as Error & Partial<ResourceError>;
  if (RunError.isInstance(error)) log.error(message);
  else if (hideStack) log.error(message, resource);
  else log.error(`The program failed with an unhandled exception:\n${(error as Error).stack}`);
}

// The SDK takes a stack for each promise; no map is looked through for those.
process.setSourceMapsEnabled(false);
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

process.on("message", async (bytes: Uint8Array) => {
  process.send?.(await withLocalStorage(() => run(RunRequest.deserializeBinary(bytes))));
});
// Who started this is gone.
process.on("disconnect", () => process.exit());
