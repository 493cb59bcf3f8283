import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Account } from "../../lab/ec2/account";
import { findAwsPlugin } from "../../lab/toolchain/awsPlugin";
import { failureOf } from "./support/failures";
import { Plugin } from "./support/plugin";
import type { Created, Resource } from "./support/resource";
import { secret, unknown, type Values } from "./support/values";

// Each type of the AWS plugin from its making to its end, against an API: what is computed, what is kept, what is gone. No machine runs:
// they are where they shall be at once.

let account: Account;
let plugin: Plugin;
let operator: NodeJS.Timeout;

beforeAll(async () => {
  const [found, started] = await Promise.all([
    findAwsPlugin(),
    Account.start("life", "198.18.77.128/27"),
  ]);
  account = started;
  plugin = await Plugin.start(account.environment(), process.env.AWS_PLUGIN ?? found?.path);
  operator = setInterval(() => arrive().catch(() => undefined), 100);
});

afterAll(async () => {
  clearInterval(operator);
  await plugin?.stop();
  await account?.stop();
});

const next = { pending: "running", stopping: "stopped", "shutting-down": "terminated" } as const;

async function arrive(): Promise<void> {
  for (const { id, state } of (await account.look()).instances)
    if (state in next) await account.report(id, next[state as keyof typeof next]);
}

const type = (name: string): Resource => plugin.of(`aws:${name}`);
const network = () => type("ec2/networkInterface:NetworkInterface");
const instance = () => type("ec2/instance:Instance");
const volume = () => type("ebs/volume:Volume");
const tags = { Name: "probe" };

/** Makes something that goes with the test. */
async function made(resource: Resource, inputs: Values): Promise<Created> {
  const created = await resource.create(inputs);
  onTestFinished(() => resource.delete(created).catch(() => undefined));
  return created;
}

const subnetId = async () => {
  const { subnets } = await account.look();
  return subnets[0] as string;
};

const machine = (networkInterfaceId: string): Values => ({
  ami: "ami-00000000000000004",
  instanceType: "t4g.small",
  primaryNetworkInterface: { networkInterfaceId },
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 16 },
  userData: secret("#cloud-config\n"),
  userDataReplaceOnChange: true,
  volumeTags: tags,
  tags,
});

test("a preview of what is not made knows what was given, and nothing that AWS computes", async () => {
  const calls = account.calls().length;
  const { id, state } = await network().create({ subnetId: "subnet-1", tags }, { preview: true });
  expect([id, state.privateIp, state.privateIps]).toEqual(["", unknown, unknown]);
  expect([state.subnetId, state.tags]).toEqual(["subnet-1", tags]);
  expect(account.calls()).toHaveLength(calls);
});

test("a network interface has an address of its subnet, which a preview of other tags still knows", async () => {
  const inputs = { subnetId: await subnetId(), description: "probe", tags };
  const one = await made(network(), inputs);
  expect(one.state.privateIp).toMatch(/^198\.18\.77\.1(2[89]|[345]\d)$/);
  expect(one.state.privateIps).toEqual([one.state.privateIp]);
  const other = { ...inputs, tags: { Name: "other" } };
  const foretold = await network().update(one, other, { preview: true, inputs });
  expect([foretold.privateIp, foretold.tagsAll]).toEqual([one.state.privateIp, other.tags]);
  const state = await network().update(one, other, { inputs });
  expect([state.privateIp, state.tags]).toEqual([one.state.privateIp, other.tags]);
});

test("a machine takes the interface and leaves it; its volume stays, its root volume goes", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const data = await made(volume(), { availabilityZone: "eu-central-1a", size: 1, tags });
  const inputs = machine(one.id);
  const created = await instance().create(inputs);
  expect(created.state).toMatchObject({
    instanceState: "running",
    privateIp: one.state.privateIp,
    userData: secret("#cloud-config\n"),
    metadataOptions: { httpTokens: "required" },
  });
  const attachment = type("ec2/volumeAttachment:VolumeAttachment");
  const attached = await attachment.create({
    deviceName: "/dev/sdf",
    instanceId: created.id,
    volumeId: data.id,
    stopInstanceBeforeDetaching: true,
  });
  expect((await failureOf(network().delete(one))).message).toMatch(/in use|InUse/);
  await attachment.delete(attached);
  expect((await instance().read(created, inputs)).state.instanceState).toBe("stopped");
  await instance().delete(created);
  expect((await instance().read(created, inputs)).id).toBe("");
  expect(Object.keys((await account.look()).volumes)).toEqual([data.id]);
});

test("a protected machine is not ended, and in place it is let go", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const inputs = { ...machine(one.id), disableApiTermination: true };
  const created = await instance().create(inputs);
  const { message } = await failureOf(instance().delete(created));
  expect(message).toContain("disableApiTermination");
  const state = await instance().update(
    created,
    { ...inputs, disableApiTermination: false },
    { inputs },
  );
  expect(state.disableApiTermination).toBe(false);
  await instance().delete({ ...created, state });
});

test("a machine that ends while it boots is known to the stack", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  await account.faults([
    {
      action: "DescribeInstances",
      code: "UnauthorizedOperation",
      message: "no",
      status: 403,
      times: 1,
    },
  ]);
  const failure = await failureOf(instance().create(machine(one.id)));
  expect(failure).toMatchObject({ carriesState: true });
  const [left] = (await account.look()).instances.filter(({ state }) => state !== "terminated");
  await instance().delete({ id: left?.id ?? "", state: {} });
});

test("a machine that is ended while it boots is not running where its boot is told of late", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const { id } = await made(instance(), machine(one.id));
  const state = async () =>
    (await account.look()).instances.find((instance) => instance.id === id)?.state;
  await account.end(id);
  await account.report(id, "running");
  expect(await state()).toMatch(/shutting-down|terminated/);
  await expect.poll(state).toBe("terminated");
  await account.report(id, "running");
  expect(await state()).toBe("terminated");
});

test("rules of a group are compared by what they permit, and what is gone is taken away", async () => {
  const group = type("ec2/securityGroup:SecurityGroup");
  const rule = (port: number, more: Values) => ({
    protocol: "tcp",
    fromPort: port,
    toPort: port,
    description: "probe",
    ...more,
  });
  const inputs = {
    description: "probe",
    ingress: [rule(80, { cidrBlocks: ["10.0.0.0/8", "172.16.0.0/12"] }), rule(80, { self: true })],
    egress: [rule(443, { cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] })],
    tags,
  };
  const created = await made(group, inputs);
  expect(created.state.name).toMatch(/^probe-[0-9a-f]{7}$/);
  const { state, inputs: read } = await group.read(created, await group.checked(inputs));
  expect(read).toEqual({ ...inputs, name: expect.anything() });
  const turned = {
    ...inputs,
    name: created.state.name as string,
    ingress: [...inputs.ingress].reverse(),
  };
  expect(await group.diff(inputs, turned, state)).toMatchObject({ changed: false });
  const fewer = { ...turned, ingress: [rule(80, { self: true })] };
  const after = await group.update(created, fewer, { inputs });
  expect(after.ingress).toEqual(fewer.ingress);
});

test("a role, its policy and its profile come and go", async () => {
  const path = "/consul-cluster/";
  const role = type("iam/role:Role");
  const made_ = await made(role, { path, assumeRolePolicy: '{ "Version": "2012-10-17" }', tags });
  const name = made_.state.name as string;
  expect(name).toMatch(/^probe-[0-9a-f]{7}$/);
  const policy = { role: name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" };
  const attachment = type("iam/rolePolicyAttachment:RolePolicyAttachment");
  const attached = await attachment.create(policy);
  const profile = type("iam/instanceProfile:InstanceProfile");
  const given = await profile.create({ path, role: name, tags });
  expect(given.state).toMatchObject({ role: name, path });
  await profile.delete(given);
  await attachment.delete(attached);
  await role.delete(made_);
  expect((await role.read(made_, {})).id).toBe("");
});

test("a public address follows its interface", async () => {
  const eip = type("ec2/eip:Eip");
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const created = await eip.create({ domain: "vpc", networkInterface: one.id, tags });
  expect(created.state).toMatchObject({ networkInterface: one.id, publicIp: expect.any(String) });
  await eip.delete(created);
});
