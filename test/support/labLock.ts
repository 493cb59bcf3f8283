import { existsSync } from "node:fs";
import { startResolver, stopUnusedResolver } from "../../lab/network/resolver";
import { layoutOf } from "../../lab/pulumi/layout";
import { stackExists } from "../../lab/pulumi/stack";
import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";
import { holdLock } from "./flock";
import { removeLeftovers } from "./leftovers";
import { testMachines } from "./machines";
import { mountInMemory, unmountFromMemory } from "./machinesInMemory";
import { sharedStack } from "./sharedStack";

const file = "/run/consul-cluster/tests.lock";
const held = "CONSUL_CLUSTER_TESTS_LOCK";

/**
 * For vitest: one run at a time on this computer's machines, whichever clone it is of. Two would take each other's
 * machines for leftovers. Who comes second waits. What another clone's run has left is taken away first.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Both kinds of tests may be asked for in one run.
  if (process.env[held]) return undefined;
  process.env[held] = "yes";
  await runOrFail(
    await asRoot(["sh", "-c", `mkdir -p ${file.replace(/[^/]*$/, "")}; touch ${file}`]),
  );
  const waits = () => console.log("waiting for another run of the tests to end");
  const end = await holdLock(file, { asRoot, waits });
  // Before any file: of those that run beside each other none may take away what is not its own. A stack that is still known may
  // have lost its machines, with the memory that they were in.
  const goesOn = (await stackExists(layoutOf(), sharedStack)) && existsSync(testMachines);
  if (!goesOn) await removeLeftovers();
  await mountInMemory();
  // Here, and not before: who was waited for may have stopped it.
  await startResolver();
  return async () => {
    await stopUnusedResolver();
    await unmountFromMemory();
    await end();
  };
}
