import { createRequire } from "node:module";
import { join } from "node:path";
import { RunRequest, type RunResponse } from "@pulumi/pulumi/proto/language_pb";

// A process that runs programs as often as it is told to, one run at a time, as Pulumi's Automation API would: the SDK is
// loaded once, and not for each of some 300 runs of the tests.

/** The Automation API's own; the SDK leaves it out of its types. */
interface LanguageServer {
  run(call: { request: RunRequest }, callback: Callback): Promise<void>;
}
type Callback = (error: Error | undefined, response: RunResponse | undefined) => void;

// The SDK takes a stack for each promise; no map is looked through for those.
process.setSourceMapsEnabled(false);
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

const load = createRequire(__filename);
const sdk = load("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => Promise<unknown>) => LanguageServer;
};

function programOf(request: RunRequest) {
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  const entry = join(folder, request.getInfo()?.getEntryPoint() ?? "");
  return async (): Promise<unknown> => {
    process.chdir(folder);
    // The module is the program: each run has its own.
    delete load.cache[entry];
    try {
      return load(entry);
    } catch (error) {
      // What the program throws is told as one run by the CLI would tell it: by the SDK's listener for what nobody has caught.
      Promise.reject(error);
      return undefined;
    }
  };
}

process.on("message", (bytes: Uint8Array) => {
  const request = RunRequest.deserializeBinary(bytes);
  let answered = false;
  // It calls back a second time after an error.
  const answer: Callback = (error) => {
    if (!answered) process.send?.({ error: error?.message });
    answered = true;
  };
  const server = new sdk.LanguageServer(programOf(request));
  server.run({ request }, answer).catch((error: Error) => answer(error, undefined));
});
// Who started this is gone.
process.on("disconnect", () => process.exit());
