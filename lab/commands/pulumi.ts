import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { Progress } from "../progress/progress";
import { startPulumi } from "../pulumi/run";
import { endNow, runMain } from "../system/main";
import { ensureToolchain } from "../toolchain/toolchain";

let cli: ChildProcess | undefined;

// npm run pulumi -- ARGS: the CLI, with the project's toolchain, on the stack `dev`.
runMain(
  async () => {
    const toolchain = await ensureToolchain(new Progress());
    const child = await startPulumi(process.argv.slice(2), { toolchain }, "inherit");
    cli = child;
    // The terminal sends a Ctrl-C to the CLI as well, which decides what becomes of it.
    process.on("SIGINT", () => undefined);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) =>
        resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]),
      );
    });
  },
  (signal) => (cli ? cli.kill(signal) : endNow(signal)),
);
