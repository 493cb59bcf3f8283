import { afterAll, beforeAll, expect, test } from "vitest";
import { heldAgainst, runnerPolicy, unusedActions } from "../support/awsPolicy";
import { AwsStack, newerImage } from "../support/awsStack";
import { keepsWithin, underLoad } from "../support/load";
import { StackApi } from "../support/stackApi";

// What can become of a stack on AWS, in an account of our own (test/e2e/18-aws.test.ts says what stands for what), under load where a
// server goes. One stack from its first run to its last: each test begins where the one before it ended.

let its: AwsStack;
beforeAll(async () => {
  its = await AwsStack.start("aws-changes", "Pulumi.staging.yaml", "198.18.77.128/27");
  await its.stack.up();
});
afterAll(() => its?.stop());

const places = () => its.places();
const apis = async () => (await places()).map(({ address }) => new StackApi(its.stack, address));

interface Outputs {
  servers: { name: string; address: string; nodeId: string }[];
}
const kmsKey = "arn:aws:kms:eu-central-1:123456789012:key/5f0e8e2a-1d0c-4a7e-9a52-0e6f2d3b1c47";
const servers = async () => (await its.stack.outputs<Outputs>()).servers;

/** Settings of one server in the stack file. */
function server(name: string): Record<string, unknown> {
  return its.aws.servers.find((each) => each.name === name) as Record<string, unknown>;
}

const raise = (name: string, by = 1) => {
  server(name).generation = Number(server(name).generation ?? 1) + by;
};

const changesSince = (calls: number) => its.changesSince(calls);

/** An update that must change nothing in the account. */
async function changesNothing(): Promise<void> {
  const [before, calls] = [await places(), its.account.calls().length];
  expect(await its.stack.preview()).not.toMatch(/replace|aws:.* (update|create|delete)/);
  await its.stack.up();
  expect(changesSince(calls)).toEqual([]);
  expect(await places()).toEqual(before);
}

test("nothing is to be done a second time", changesNothing);

test("a refresh finds all as it was made", async () => {
  await its.stack.refresh();
  await changesNothing();
});

test("a newer image, another instance type and another key wait for the next generation", async () => {
  await its.account.publish(newerImage);
  its.aws.instanceType = "t4g.medium";
  its.aws.kmsKeyArn = kmsKey;
  await changesNothing();
});

test("two machines at once are refused, and nothing is touched", async () => {
  const calls = its.account.calls().length;
  raise("consul-1");
  raise("consul-2");
  expect(await its.stack.upThatFails()).toContain("one machine is replaced at a time");
  expect(changesSince(calls)).toEqual([]);
  for (const name of ["consul-1", "consul-2"]) raise(name, -1);
});

test("a data volume grows in place", async () => {
  const calls = its.account.calls().length;
  its.aws.dataVolumeGiB = 24;
  await its.stack.up();
  expect(changesSince(calls)).toEqual(["ModifyVolume", "ModifyVolume", "ModifyVolume"]);
});

test("other tags are set in place, and those that are gone are taken away", async () => {
  its.aws.tags = { environment: "staging", owner: "us" };
  const [before, calls] = [await places(), its.account.calls().length];
  await its.stack.up();
  const made = changesSince(calls);
  const expected = ["CreateTags", "DeleteTags", "TagRole", "UntagRole"];
  expect(new Set(made)).toEqual(
    new Set([...expected, "TagInstanceProfile", "UntagInstanceProfile"]),
  );
  expect(await places()).toEqual(before);
  await changesNothing();
});

test("the leader's machine is replaced: same address, same data, and nobody waits for longer than a second", async () => {
  const was = await servers();
  const attempt = async () => {
    const before = await places();
    const all = await apis();
    const leader = (await all[0]?.leader()) ?? "";
    const index = before.findIndex(({ address }) => leader.startsWith(`${address}:`));
    raise(before[index]?.name as string);
    const load = await underLoad(
      all.filter((_, each) => each !== index),
      () => its.stack.up(),
    );
    const after = await places();
    expect(after[index]).toMatchObject({ address: before[index]?.address, image: newerImage.id });
    expect(after[index]?.id).not.toBe(before[index]?.id);
    const made = its.account
      .calls()
      .filter(({ action }) => action === "RunInstances")
      .at(-1);
    expect(Object.values(made?.parameters ?? {})).toEqual(
      expect.arrayContaining(["t4g.medium", kmsKey]),
    );
    // Consul's own ID of a server lies on its data volume.
    expect(await servers()).toEqual(was);
    return load;
  };
  await keepsWithin(1000, attempt, 5000);
});

test("a protected machine is not replaced, nor taken away: refused before its server leaves", async () => {
  its.aws.terminationProtection = true;
  await its.stack.up();
  const [before, calls] = [await places(), its.account.calls().length];
  raise("consul-2");
  expect(await its.stack.upThatFails()).toContain("termination protection is on");
  expect(changesSince(calls)).toEqual([]);
  expect(await places()).toEqual(before);
  expect((await servers()).length).toBe(3);
  raise("consul-2", -1);
  its.aws.terminationProtection = false;
  await its.stack.up();
});

test("an instance that was ended behind Pulumi's back comes again, with its address and its data", async () => {
  const [before, was] = [await places(), await servers()];
  await its.account.end(before[2]?.id ?? "");
  await its.stack.refresh();
  await its.stack.up();
  const after = await places();
  expect(after[2]?.id).not.toBe(before[2]?.id);
  expect(after[2]?.address).toBe(before[2]?.address);
  expect(await servers()).toEqual(was);
});

test("an API that throttles, or answers late, is asked again", async () => {
  await its.account.faults([
    { action: "CreateTags", times: 3, code: "RequestLimitExceeded", status: 503 },
    { action: "DescribeInstances", times: 2, delay: 3 },
  ]);
  its.aws.tags = { environment: "staging" };
  await its.stack.up();
  await its.account.faults([]);
  await changesNothing();
});

test("credentials that expire in the middle end the run, and the next one goes on", async () => {
  its.aws.tags = { environment: "staging", team: "platform" };
  const expired = { code: "RequestExpired", message: "Request has expired.", times: 1000 };
  await its.account.faults([{ action: "CreateTags", ...expired }]);
  expect(await its.stack.upThatFails()).toContain("RequestExpired");
  await its.account.faults([]);
  await its.stack.up();
  await changesNothing();
});

test("a destroy that AWS stops half-way goes on where it was, and keeps the volumes where it is told to", async () => {
  its.aws.keepDataVolumes = true;
  await its.stack.up();
  const refused = { code: "UnauthorizedOperation", message: "You are not authorized." };
  await its.account.faults([
    { action: "DeleteNetworkInterface", times: 1, status: 403, ...refused },
  ]);
  expect(await its.stack.destroyThatFails()).toContain("UnauthorizedOperation");
  await its.stack.destroy();
  expect(await its.alive()).toEqual([]);
  expect(Object.keys((await its.account.look()).volumes)).toHaveLength(3);
});

test("the runner's policy allows all of it", () => {
  const calls = its.account.calls().filter(({ status }) => status < 400);
  expect(heldAgainst(runnerPolicy(), calls)).toEqual({ refused: [], unused: [] });
  // Of what nothing here does: public addresses, and changes that the component never makes.
  console.log(`granted and not used: ${unusedActions(runnerPolicy(), calls).join(" ")}`);
});
