import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { machineNames, removeMachine } from "../../lab/machines/machines";
import { devStack, layoutOf } from "../../lab/pulumi/layout";
import { detachDisks } from "./disks";
import { testMachines } from "./machines";
import { fill, rejoin } from "./reach";
import { mendSsh } from "./sshCut";
import { TestStack } from "./stack";

/**
 * Takes away what an earlier run has left when it was cut off: its cuts in the network, its machines, which are this computer's and
 * may be another clone's, and its stacks, which are this clone's.
 */
export async function removeLeftovers(): Promise<void> {
  await rejoin();
  await fill();
  await mendSsh();
  for (const name of machineNames(testMachines)) await removeMachine(name, testMachines);
  await detachDisks();
  rmSync(testMachines, { recursive: true, force: true });
  for (const stack of testStacks()) await new TestStack(stack, {}).forget();
}

function testStacks(): string[] {
  const folder = join(layoutOf().state, ".pulumi/stacks/consul-cluster");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .filter((stack) => stack !== devStack);
}
