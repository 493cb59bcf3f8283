import { parse, parseCIDR } from "ipaddr.js";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { AwsApi, inOwnAccount } from "./support/awsApi";
import { failureOf } from "./support/failures";
import type { Created, Resource } from "./support/resource";
import { secret, unknown, type Values } from "./support/values";

// Each type of the AWS plugin from its making to its end, against an API: what is computed, what is kept, what is gone. In an account of our
// own no machine runs: they are where they shall be at once. CONSUL_CLUSTER_TESTS_AWS=environment is for somebody else's api.own.

// A machine of AWS's takes minutes to stop.
if (!inOwnAccount) vi.setConfig({ testTimeout: 20 * 60_000, hookTimeout: 20 * 60_000 });

let api: AwsApi;
beforeAll(async () => {
  api = await AwsApi.start("life", { operated: true });
});
afterAll(() => api?.stop());

const type = (name: string): Resource => api.plugin.of(`aws:${name}`);
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

const subnetId = async () => (await api.subnet()).id;

const machine = async (networkInterfaceId: string): Promise<Values> => ({
  ami: await api.image(),
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
  const calls = () => (inOwnAccount ? api.own.calls().length : 0);
  const before = calls();
  const { id, state } = await network().create({ subnetId: "subnet-1", tags }, { preview: true });
  expect([id, state.privateIp, state.privateIps]).toEqual(["", unknown, unknown]);
  expect([state.subnetId, state.tags]).toEqual(["subnet-1", tags]);
  expect(calls()).toBe(before);
});

test("a network interface has an address of its subnet, which a preview of other tags still knows", async () => {
  const { id: subnetId, cidr } = await api.subnet();
  const inputs = { subnetId, description: "probe", tags };
  const one = await made(network(), inputs);
  expect(parse(one.state.privateIp as string).match(parseCIDR(cidr))).toBe(true);
  expect(one.state.privateIps).toEqual([one.state.privateIp]);
  const other = { ...inputs, tags: { Name: "other" } };
  const foretold = await network().update(one, other, { preview: true, inputs });
  expect([foretold.privateIp, foretold.tagsAll]).toEqual([one.state.privateIp, other.tags]);
  const state = await network().update(one, other, { inputs });
  expect([state.privateIp, state.tags]).toEqual([one.state.privateIp, other.tags]);
});

test("a machine takes the interface and leaves it; its volume stays, its root volume goes", async () => {
  const { id: subnetId, zone } = await api.subnet();
  const one = await made(network(), { subnetId, tags });
  const data = await made(volume(), { availabilityZone: zone, size: 1, tags });
  const inputs = await machine(one.id);
  const created = await made(instance(), inputs);
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
  expect((await volume().read(data, {})).id).toBe(data.id);
  if (inOwnAccount) expect(Object.keys((await api.own.look()).volumes)).toEqual([data.id]);
});

test("a protected machine is not ended, and in place it is let go", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const inputs = { ...(await machine(one.id)), disableApiTermination: true };
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

test.runIf(inOwnAccount)("a machine that ends while it boots is known to the stack", async () => {
  const one = await made(network(), { subnetId: await subnetId(), tags });
  await api.own.faults([
    {
      action: "DescribeInstances",
      code: "UnauthorizedOperation",
      message: "no",
      status: 403,
      times: 1,
    },
  ]);
  const failure = await failureOf(instance().create(await machine(one.id)));
  expect(failure).toMatchObject({ carriesState: true });
  const [left] = (await api.own.look()).instances.filter(({ state }) => state !== "terminated");
  await instance().delete({ id: left?.id ?? "", state: {} });
});

test.runIf(inOwnAccount)(
  "a machine that is ended while it boots is not running where its boot is told of late",
  async () => {
    const one = await made(network(), { subnetId: await subnetId(), tags });
    const { id } = await made(instance(), await machine(one.id));
    const state = async () =>
      (await api.own.look()).instances.find((instance) => instance.id === id)?.state;
    await api.own.operate("end", id);
    await api.own.report(id, "running");
    expect(await state()).toMatch(/shutting-down|terminated/);
    await expect.poll(state).toBe("terminated");
    await api.own.report(id, "running");
    expect(await state()).toBe("terminated");
  },
);

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

const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
  ],
});

test("a role, its policy and its profile come and go", async () => {
  const path = "/consul-cluster/";
  const permissionsBoundary = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy";
  const role = type("iam/role:Role");
  const unbound = { path, assumeRolePolicy, tags };
  const made_ = await made(role, unbound);
  const name = made_.state.name as string;
  expect(name).toMatch(/^probe-[0-9a-f]{7}$/);
  // As the one of an earlier version gets its boundary.
  const inputs = await role.checked({ ...unbound, name });
  const bound = await role.update(made_, { ...inputs, permissionsBoundary }, { inputs });
  expect(bound).toMatchObject({ name, permissionsBoundary });
  expect((await role.read(made_, inputs)).state).toMatchObject({ permissionsBoundary });
  const rolePolicy = type("iam/rolePolicy:RolePolicy");
  const policy = (...Action: string[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    });
  const first = { name: "probe", role: name, policy: policy("ssm:UpdateInstanceInformation") };
  const given = await rolePolicy.create(first);
  expect([given.id, given.state]).toMatchObject([`${name}:probe`, first]);
  const second = { ...first, policy: policy("ssmmessages:OpenDataChannel") };
  await rolePolicy.update(given, second, { inputs: first });
  const { state: read } = await rolePolicy.read(given, second);
  expect(JSON.parse(read.policy as string)).toEqual(JSON.parse(second.policy));
  const profile = type("iam/instanceProfile:InstanceProfile");
  const holder = await profile.create({ path, role: name, tags });
  expect(holder.state).toMatchObject({ role: name, path });
  await profile.delete(holder);
  await rolePolicy.delete(given);
  expect((await rolePolicy.read(given, second)).id).toBe("");
  // Taken away twice, as by a run that was cut off.
  await rolePolicy.delete(given);
  const free = await role.update({ ...made_, state: bound }, inputs, {
    inputs: { ...inputs, permissionsBoundary },
  });
  expect(free.permissionsBoundary).toBeUndefined();
  await role.delete(made_);
  expect((await role.read(made_, {})).id).toBe("");
});

test.runIf(inOwnAccount)(
  "a call whose answer is lost is asked again, and was done once",
  async () => {
    const { state } = await made(type("iam/role:Role"), { assumeRolePolicy, tags });
    const profile = { role: state.name as string, tags };
    const actions = ["CreateInstanceProfile", "AddRoleToInstanceProfile", "AllocateAddress"];
    await api.own.faults(actions.map((action) => ({ action, lost: true })));
    const given = await made(type("iam/instanceProfile:InstanceProfile"), profile);
    expect(given.state).toMatchObject(profile);
    await made(type("ec2/eip:Eip"), { domain: "vpc", tags });
    const again = api.own.calls().filter((call) => call.again !== undefined);
    expect(again.map(({ action, status }) => [action, status])).toEqual(
      actions.map((action) => [action, 200]),
    );
  },
);

test("a public address follows its interface", async () => {
  const eip = type("ec2/eip:Eip");
  const one = await made(network(), { subnetId: await subnetId(), tags });
  const created = await eip.create({ domain: "vpc", networkInterface: one.id, tags });
  expect(created.state).toMatchObject({ networkInterface: one.id, publicIp: expect.any(String) });
  await eip.delete(created);
});
