import { afterAll, beforeAll, expect, test } from "vitest";
import { heldAgainst, runnerPolicy } from "../support/awsPolicy";
import { AwsStack, newerImage } from "../support/awsStack";
import { StackApi } from "../support/stackApi";

// Pulumi.staging.yaml from its first `pulumi up` to its destroy, in an AWS account of our own: AWS's API is moto, the plugin the official
// one or our stand-in, and what the API starts are machines of this computer, made by cloud-init out of the user data. test/aws is about
// everything else that can become of such a stack.
//
// Does not prove that EC2 does what moto does, that the official plugin does what the stand-in does (test/conformance/aws.test.ts runs
// against either), nor anything about security groups: nobody here enforces them.

let its: AwsStack;
beforeAll(async () => {
  its = await AwsStack.start("staging-aws", "Pulumi.staging.yaml", "198.18.77.128/27");
});
afterAll(() => its?.stop());

const names = ["consul-1", "consul-2", "consul-3"];

interface Outputs {
  servers: { name: string; address: string; nodeId: string }[];
}
const servers = async () => (await its.stack.outputs<Outputs>()).servers;

const places = () => its.places();

test("comes up out of the project's own stack file, a server in each zone", async () => {
  await its.stack.up();
  const found = await servers();
  expect(found.map(({ name }) => name)).toEqual(names);
  const made = await places();
  expect(found.map(({ address }) => address)).toEqual(made.map(({ address }) => address));
  // A default subnet in each zone has eight addresses, as AwsStack lays them out.
  const subnets = made.map(({ address }) => Math.floor(Number(address.split(".")[3]) / 8));
  expect(new Set(subnets).size).toBe(3);
  expect(await (await api()).put("/v1/kv/precious", "mine")).toBe(true);
});

/** A server, asked as the stack says. */
const api = async (index = 0) => new StackApi(its.stack, (await places())[index]?.address ?? "");

test("a setting is changed, and nothing in the account", async () => {
  const [before, calls] = [await places(), its.account.calls().length];
  its.stack.settings.dnsConfig = { allowStale: true, maxStale: "16s" };
  await its.stack.up();
  expect(its.changesSince(calls)).toEqual([]);
  expect(await places()).toEqual(before);
});

test("a machine is replaced: a newer image, the same address, the same data", async () => {
  const [before, was] = [await places(), await servers()];
  // Not the leader, which is what test/aws replaces.
  const leader = await (await api()).leader();
  const index = before.findIndex(({ address }) => !leader.startsWith(`${address}:`));
  await its.account.publish(newerImage);
  (its.aws.servers[index] as { generation?: number }).generation = 2;
  await its.stack.up();
  const after = await places();
  const others = (all: typeof after) => all.filter((_, each) => each !== index);
  expect(others(after)).toEqual(others(before));
  expect(after[index]).toMatchObject({ address: before[index]?.address, image: newerImage.id });
  expect(after[index]?.id).not.toBe(before[index]?.id);
  // Consul's own ID of a server lies on its data volume.
  expect(await servers()).toEqual(was);
  expect(await (await api(index)).value("precious")).toBe("mine");
});

test("is taken away, with nothing left; and the runner's policy allows all of it", async () => {
  await its.stack.destroy();
  const { volumes } = await its.account.look();
  expect(await its.alive()).toEqual([]);
  expect(volumes).toEqual({});
  const held = heldAgainst(runnerPolicy(), its.account.calls());
  expect(held).toEqual({ refused: [], unused: [] });
});
