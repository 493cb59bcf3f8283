import { afterAll, beforeAll, expect, test } from "vitest";
import { heldAgainst, runnerPolicy, unusedActions } from "../support/awsPolicy";
import { AwsStack, newerImage } from "../support/awsStack";
import { keepsWithin, underLoad } from "../support/load";
import { StackApi } from "../support/stackApi";
import { eventually } from "../support/wait";

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

const generationOf = (name: string) =>
  Number(its.aws.servers.find((server) => server.name === name)?.generation ?? 1);

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

test("two machines at once are refused, as the plan says, and nothing is touched", async () => {
  const calls = its.account.calls().length;
  const two = its.withServers(([one, other, ...rest]) => [
    { ...one, generation: 2 },
    { ...other, generation: 2 },
    ...rest,
  ]);
  const { said } = await its.keeps(two, {
    says: { "consul-1": "replacement", "consul-2": "replacement", "consul-3": "nothing" },
    refused: "replacements",
  });
  expect(said).toContain("one machine is replaced at a time");
  expect(changesSince(calls)).toEqual([]);
});

test("a data volume grows in place", async () => {
  const calls = its.account.calls().length;
  its.aws.dataVolumeGiB = 24;
  await its.stack.up();
  expect(changesSince(calls)).toEqual(["ModifyVolume", "ModifyVolume", "ModifyVolume"]);
});

test("all machines are stopped for a night: they come back by themselves, with their data, and Pulumi has nothing to do", async () => {
  const [before, was] = [await places(), await servers()];
  expect(await ((await apis())[0] as StackApi).put("/v1/kv/kept", "over night")).toBe(true);
  const all = async (verb: "stop" | "start", state: string) => {
    await Promise.all(before.map(({ id }) => its.account.operate(verb, id)));
    await eventually(`all are ${state}`, 120, async () =>
      (await its.alive()).every((instance) => instance.state === state),
    );
  };
  await all("stop", "stopped");
  await all("start", "running");
  await eventually("every server answers again", 120, async () => {
    const values = (await apis()).map((api) => api.value("kept").catch(() => undefined));
    return (await Promise.all(values)).every((value) => value === "over night");
  });
  expect(await servers()).toEqual(was);
  await changesNothing();
});

test("a machine that is rebooted comes back by itself, while the others serve", async () => {
  const [one, ...others] = await places();
  const started = () => its.on(one?.name as string, "stat -c %Y /proc/1");
  const before = await started();
  const load = await underLoad(
    others.map(({ address }) => new StackApi(its.stack, address)),
    async () => {
      await its.account.operate("reboot", one?.id as string);
      await eventually("it has booted again", 120, async () => {
        const now = await started().catch(() => before);
        return now !== before && (await (await apis())[0]?.value("kept")) === "over night";
      });
    },
  );
  expect(load.lost).toEqual([]);
  await changesNothing();
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
    const leader = (await (await apis())[0]?.leader()) ?? "";
    const index = before.findIndex(({ address }) => leader.startsWith(`${address}:`));
    const name = before[index]?.name as string;
    const says = Object.fromEntries(before.map((place) => [place.name, "nothing" as const]));
    const { load } = await its.keeps(its.changed(name, { generation: generationOf(name) + 1 }), {
      says: { ...says, [name]: "replacement" },
      without: [name],
      gap: 5000,
    });
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

test("a protected machine is not replaced, nor taken away: refused before its server leaves, as the plan says", async () => {
  its.aws.terminationProtection = true;
  await its.stack.up();
  const [before, calls] = [await places(), its.account.calls().length];
  const again = its.changed("consul-2", { generation: generationOf("consul-2") + 1 });
  const { said } = await its.keeps(again, {
    says: { "consul-1": "nothing", "consul-2": "replacement", "consul-3": "nothing" },
    refused: "protected",
  });
  expect(said).toContain("termination protection is on");
  expect(changesSince(calls)).toEqual([]);
  expect(await places()).toEqual(before);
  expect((await servers()).length).toBe(3);
  its.aws.terminationProtection = false;
  await its.stack.up();
});

test("an instance that was ended behind Pulumi's back comes again, with its address and its data", async () => {
  const [before, was] = [await places(), await servers()];
  await its.account.operate("end", before[2]?.id ?? "");
  await eventually("it has ended", 60, async () => (await its.alive()).length === 2);
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
