import { afterAll, beforeAll, expect, test } from "vitest";
import { Hypervisor } from "../../lab/ec2/hypervisor";
import { versions } from "../../lab/toolchain/versions";
import { AwsStack } from "../support/awsStack";
import { underLoad } from "../support/load";
import { power } from "../support/machines";
import { StackApi } from "../support/stackApi";
import { eventually } from "../support/wait";

// What can become of the servers of a stack on AWS: upgraded, more and fewer, at another address, dead, cut off while a machine
// boots. What the plan says of each is held against what happened (test/support/promise). In an account of our own, as
// test/e2e/18-aws.test.ts says; one stack from its first run to its last: each test begins where the one before it ended.

let its: AwsStack;
const neverBoots = new Set<string>();
beforeAll(async () => {
  its = await AwsStack.start("aws-servers", "Pulumi.staging.yaml", "198.18.77.160/27", {
    neverBoots,
    // As long as a machine takes to boot here, and not on AWS.
    env: { CONSUL_CLUSTER_PATIENCE: "60" },
  });
  its.stack.settings.version = versions.consulBefore;
  await its.stack.up();
});
afterAll(() => its?.stop());

interface Outputs {
  servers: { name: string; address: string; nodeId: string }[];
  faultTolerance: number;
}
const outputs = () => its.stack.outputs<Outputs>();
const nodes = async () => {
  const { servers } = await outputs();
  return Object.fromEntries(servers.map(({ name, nodeId }) => [name, nodeId]));
};
const addresses = () => its.addresses();

const three = { "consul-1": "staging", "consul-2": "staging", "consul-3": "staging" } as const;

test("another release: one server after the other, and no call of AWS's API that changes anything", async () => {
  const [before, calls] = [await its.places(), its.account.calls().length];
  const newer = { ...its.stack.settings, version: versions.consul };
  // A hand-over that an older leader makes in vain costs an election (docs/operations.md).
  await its.keeps(newer, { says: "restart", gap: 3000 });
  expect(its.changesSince(calls)).toEqual([]);
  expect(await its.places()).toEqual(before);
});

const grown = ["consul-4", "consul-5"];

// What AWS will give them for addresses nobody knows before, and so neither who the others' neighbours are.
test("from three to five: new machines join, and nobody restarts", async () => {
  const five = its.withServers((servers) => [...servers, ...grown.map((name) => ({ name }))]);
  const here = await addresses();
  const unknown = Object.fromEntries(Object.keys(here).map((name) => [name, "unknown" as const]));
  const { plan, deeds } = await its.keeps(
    five,
    { says: { ...unknown, "consul-4": "join", "consul-5": "join" }, without: grown },
    { ...here, "consul-4": "", "consul-5": "" },
  );
  expect(plan.warnings.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /: an address is not known before the update, so neither are the settings$/,
    ),
  ]);
  for (const { before, after } of deeds.filter(({ name }) => name in here))
    expect(after?.pid).toBe(before?.pid);
  const found = await its.places();
  expect(new Set(found.map(({ id }) => id)).size).toBe(5);
  expect(await addresses()).toMatchObject(here);
  expect((await outputs()).faultTolerance).toBe(2);
});

test("from five to three: those that go leave, and their machines and volumes are gone", async () => {
  const fewer = its.withServers((servers) =>
    servers.filter(({ name }) => !grown.includes(name as string)),
  );
  await its.keeps(fewer, {
    says: { ...three, "consul-4": "leave", "consul-5": "leave" },
    without: grown,
  });
  const { volumes } = await its.account.look();
  expect(await its.alive()).toHaveLength(3);
  // For each its root's, and that of its data.
  expect(Object.keys(volumes)).toHaveLength(6);
  expect((await outputs()).faultTolerance).toBe(1);
});

test("another address: a new machine there, with the same data", async () => {
  const [here, were] = [await addresses(), await nodes()];
  const host = here["consul-3"]?.split(".").map(Number) ?? [];
  const last = host.pop() ?? 0;
  // One of the same eight: the first three and the last are nobody's on AWS.
  const free = [4, 5, 6].map((each) => last - (last % 8) + each).find((each) => each !== last);
  const address = [...host, free].join(".");
  const { plan } = await its.keeps(its.changed("consul-3", { address }), {
    says: { "consul-1": "staging", "consul-2": "staging", "consul-3": "replacement" },
    without: ["consul-3"],
  });
  expect(plan.servers.find(({ name }) => name === "consul-3")?.address).toEqual({
    from: here["consul-3"],
    to: address,
  });
  expect(await addresses()).toEqual({ ...here, "consul-3": address });
  expect(await nodes()).toEqual(were);
});

test("a machine that dies is replaced by its next generation, while the others serve", async () => {
  const [before, were] = [await its.places(), await nodes()];
  const [dead, ...alive] = before;
  await power("kill", Hypervisor.machineName({ id: dead?.id ?? "" }));
  its.stack.settings = its.changed("consul-1", { generation: 2 });
  const load = await underLoad(
    alive.map(({ address }) => new StackApi(its.stack, address)),
    () => its.stack.up(),
  );
  expect(load.lost).toEqual([]);
  const after = await its.places();
  expect(after[0]?.id).not.toBe(dead?.id);
  expect(after[0]?.address).toBe(dead?.address);
  expect(await nodes()).toEqual(were);
});

test("a run that is cut off while a machine boots loses sight of none: the next one goes on", async () => {
  const were = await nodes();
  const isOnItsWay = async () => (await its.alive()).some(({ state }) => state === "pending");
  for (const { name } of await its.alive()) neverBoots.add(name);
  its.stack.settings = its.changed("consul-2", { generation: 2 });
  const run = await its.stack.startUp(() => undefined);
  const ended = new Promise<number | null>((resolve) => run.once("close", resolve));
  await eventually("its machine is on its way", 120, isOnItsWay);
  run.kill("SIGINT");
  expect(await ended).not.toBe(0);
  neverBoots.clear();
  await its.stack.up();
  expect(await its.alive()).toHaveLength(3);
  expect(await nodes()).toEqual(were);
});

test("an API that says nothing ends the run, and nothing is lost sight of", async () => {
  const before = await its.places();
  await its.account.faults([{ action: "*", times: 1000, delay: 3600 }]);
  expect(await its.stack.upThatFails()).toContain("AWS does not say whose account it is");
  await its.account.faults([]);
  await its.stack.up();
  expect(await its.places()).toEqual(before);
  await its.stack.destroy();
});
