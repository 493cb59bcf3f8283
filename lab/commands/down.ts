import { existsSync } from "node:fs";
import { devMachineNames } from "../machines/devStack";
import { machineNames, machineOwner, removeLoginKey, removeMachine } from "../machines/machines";
import { stopUnusedResolver } from "../network/resolver";
import { Progress } from "../progress/progress";
import { devStack, layoutOf } from "../pulumi/layout";
import { runPulumi, startPulumi } from "../pulumi/run";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import { ensureToolchain, type Toolchain } from "../toolchain/toolchain";

// npm run dev:down: destroys the stack and leaves nothing of it behind. Machines of these names that this clone's state
// does not know may be another clone's: they stay, unless `--orphans` says that their state is lost.
runMain(async () => {
  const progress = new Progress();
  const takesOrphans = process.argv.includes("--orphans");
  let own: string[] = [];
  if (existsSync(layoutOf().state)) {
    const toolchain = await ensureToolchain(progress);
    own = await ownersInState(toolchain);
    const child = await startPulumi(
      ["destroy", "--yes", "--skip-preview"],
      { toolchain },
      "inherit",
    );
    process.on("SIGINT", () => undefined);
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Failure("`pulumi destroy` failed; what it says is above.");
  }
  const strangers: string[] = [];
  for (const name of devMachineNames().filter((name) => machineNames().includes(name))) {
    if (takesOrphans || own.includes(await machineOwner(name)))
      await progress.step(`removing ${name}, which no state knows`, () => removeMachine(name));
    else strangers.push(name);
  }
  if (takesOrphans) await removeLoginKey(devStack);
  await stopUnusedResolver();
  if (strangers.length > 0) {
    progress.note(
      `${strangers.join(", ")}: not of this clone's state, another clone's perhaps; left as they are. ` +
        "Where that state is lost: npm run dev:down -- --orphans",
    );
    return 0;
  }
  progress.note(
    "The dev stack is gone: no machine, process, mount, bridge or route of it is left.",
  );
  return 0;
});

/** The ids that this clone's machines carry. */
async function ownersInState(toolchain: Toolchain): Promise<string[]> {
  const { code, stdout } = await runPulumi(["stack", "export"], { toolchain });
  if (code !== 0) return [];
  const { deployment } = JSON.parse(stdout) as {
    deployment?: { resources?: { urn: string; outputs?: { stdout?: unknown } }[] };
  };
  return (deployment?.resources ?? [])
    .filter(({ urn }) => urn.endsWith("-owner"))
    .flatMap(({ outputs }) => (typeof outputs?.stdout === "string" ? [outputs.stdout] : []));
}
