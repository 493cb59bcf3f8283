import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineNames } from "../../lab/machines/machines";
import { ConsulApi } from "../support/consul";
import { machineRoot, power, sshOutput, testMachines } from "../support/machines";
import { nspawnSettings, type Settings, TestStack } from "../support/stack";
import { eventually } from "../support/wait";

// Two of three servers are gone for good: what a run says, the way back that docs/operations.md tells, and
// the end of a cluster with a dead host in it.

const addresses = {
  "lost-1": "198.18.77.101",
  "lost-2": "198.18.77.102",
  "lost-3": "198.18.77.103",
};
const base = nspawnSettings(addresses);
const stack = new TestStack("lost", base);
const survivor = new ConsulApi(addresses["lost-1"]);

beforeAll(() => stack.up());
afterAll(() => stack.destroy());

function replaced(generations: Record<string, number>): Settings {
  const nspawn = base.nspawn as { machines: { name: string }[] };
  const machines = nspawn.machines.map((machine) => ({
    ...machine,
    generation: generations[machine.name] ?? 1,
  }));
  return { ...base, nspawn: { ...nspawn, machines } };
}

test("the run says that the quorum is lost, and where the way back is written", async () => {
  expect(await survivor.put("/v1/kv/kept", "through it all")).toBe(true);
  for (const name of ["lost-2", "lost-3"]) {
    await power("kill", name);
    rmSync(machineRoot(name), { recursive: true });
  }
  await eventually("no leader", 30, async () => (await survivor.leader()) === "");
  // Nothing that restarts a server: the next test takes it back, and replaces a machine in the same run.
  stack.settings = { ...base, extraConfig: { log_level: "debug" } };
  const said = await stack.upThatFails();
  expect(said).toContain("the cluster has lost its quorum: 1 of 3 servers answer and 2 are needed");
  expect(said).toMatch(/away: 198\.18\.77\.102 198\.18\.77\.103/);
  expect(said).toContain("docs/operations.md");
});

test("a dead server is not replaced while there is no quorum either", async () => {
  stack.settings = replaced({ "lost-2": 2 });
  expect(await stack.upThatFails()).toMatch(/lost its quorum, see docs\/operations\.md/);
});

test("recovered from the data of the one that is left, and filled up again", async () => {
  const script = "/usr/local/lib/consul-cluster/recover-quorum.sh";
  await sshOutput(stack.name, "lost-1", `sudo ${script}`);
  await eventually("it leads itself", 30, async () => (await survivor.leader()) !== "");
  expect(await survivor.value("kept")).toBe("through it all");
  // One after the other, as the settings of the test before ask for.
  await stack.up();
  stack.settings = replaced({ "lost-2": 2, "lost-3": 2 });
  await stack.up();
  const health = await survivor.get<{ Servers: { Healthy: boolean; Voter: boolean }[] }>(
    "/v1/operator/autopilot/health",
  );
  expect(health.Servers.map(({ Healthy, Voter }) => Healthy && Voter)).toEqual([true, true, true]);
  expect(await survivor.value("kept")).toBe("through it all");
});

test("destroy passes a host that is dead, in seconds, and leaves nothing of it", async () => {
  await power("kill", "lost-2");
  const started = Date.now();
  await stack.destroy();
  expect(Date.now() - started).toBeLessThan(60_000);
  expect(machineNames(testMachines).filter((name) => name in addresses)).toEqual([]);
});
