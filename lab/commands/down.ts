import { existsSync } from "node:fs";
import { devMachineNames } from "../machines/devStack";
import { machineNames, removeMachine } from "../machines/machines";
import { stopResolver } from "../network/resolver";
import { Progress } from "../progress/progress";
import { layoutOf } from "../pulumi/layout";
import { startPulumi } from "../pulumi/run";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import { ensureToolchain } from "../toolchain/toolchain";

// npm run dev:down: destroys the stack and leaves nothing behind, even where the stack's state is lost.
runMain(async () => {
  const progress = new Progress();
  if (existsSync(layoutOf().state)) {
    const toolchain = await ensureToolchain(progress);
    const child = await startPulumi(
      ["destroy", "--yes", "--skip-preview"],
      { toolchain },
      "inherit",
    );
    process.on("SIGINT", () => undefined);
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Failure("`pulumi destroy` failed; what it says is above.");
  }
  const orphans = devMachineNames().filter((name) => machineNames().includes(name));
  for (const name of orphans) {
    await progress.step(`removing ${name}, which no state knows`, () => removeMachine(name));
  }
  // Other stacks' machines, a test's perhaps, may still ask it.
  if (machineNames().length === 0) await stopResolver();
  progress.note(
    "The dev stack is gone: no machine, process, mount, bridge or route of it is left.",
  );
  return 0;
});
