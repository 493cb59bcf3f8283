import { afterAll, beforeAll, expect, test } from "vitest";
import { heldAgainst, runnerPolicy } from "../support/awsPolicy";
import { AwsStack } from "../support/awsStack";
import { BareHosts } from "../support/bareHosts";
import { cutOff, rejoin } from "../support/reach";
import type { Settings } from "../support/stack";

// Pulumi.prod.yaml, with an account's IDs in the place of the example's: addresses that are named beforehand, one in each zone,
// reached through a bastion alone, machines that are protected. The account is one of our own (test/e2e/18-aws.test.ts).
//
// Does not prove that the bastion's security group is what opens SSH: nobody here enforces groups.

const bastion = { name: "aws-door", address: "198.18.77.220", user: "ops" };
const hosts = new BareHosts("prod-aws");
let its: AwsStack;
/** By name, as the stack file has them. */
let addresses: Record<string, string>;

beforeAll(async () => {
  its = await AwsStack.start("prod-aws", "Pulumi.prod.yaml", "198.18.77.192/27");
  const { network } = await its.account.look();
  const servers = its.aws.servers.map((server, index): Settings & { address: string } => {
    const { id, cidr } = network.subnets[index] as (typeof network.subnets)[number];
    return { ...server, subnetId: id, address: addressIn(cidr, 5) };
  });
  addresses = Object.fromEntries(servers.map((each) => [each.name as string, each.address]));
  const [door] = await hosts.create(bastion);
  const { user, address: host } = bastion;
  Object.assign(its.aws, {
    vpcId: network.vpc,
    servers,
    sshSecurityGroupIds: [network.securityGroup],
    bastion: { host, user, hostKey: door?.hostKey, privateKeyFile: hosts.keyFile },
  });
  await cutOff(Object.values(addresses));
});
afterAll(async () => {
  await its?.stop();
  await rejoin();
  await hosts.remove();
});

function addressIn(cidr: string, place: number): string {
  const bytes = (cidr.split("/")[0] as string).split(".").map(Number);
  return [...bytes.slice(0, 3), (bytes[3] as number) + place].join(".");
}

interface Outputs {
  servers: { name: string; address: string }[];
  faultTolerance: number;
}

test("comes up through the bastion alone, each server in its own zone and at the address that a preview has named", async () => {
  const preview = await its.stack.preview("--json");
  for (const address of Object.values(addresses)) expect(preview).toContain(address);
  await its.stack.up();
  const { servers, faultTolerance } = await its.stack.outputs<Outputs>();
  expect(Object.fromEntries(servers.map(({ name, address }) => [name, address]))).toEqual(
    addresses,
  );
  expect(faultTolerance).toBe(1);
  const { network } = await its.account.look();
  const zones = its.account
    .calls()
    .filter(({ action }) => action === "CreateVolume")
    .map(({ parameters }) => parameters.AvailabilityZone)
    .sort();
  expect(zones).toEqual(network.subnets.map(({ zone }) => zone));
});

test("nothing is to be done a second time", async () => {
  const [before, calls] = [await its.places(), its.account.calls().length];
  await its.stack.up("--expect-no-changes");
  expect(its.changesSince(calls)).toEqual([]);
  expect(await its.places()).toEqual(before);
});

/** Nobody has left, and nobody was asked to. */
async function refused(why: string, flags?: string[]): Promise<void> {
  const [before, calls] = [await its.places(), its.account.calls().length];
  expect(await its.stack.destroyThatFails(flags)).toContain(why);
  expect(its.changesSince(calls)).toEqual([]);
  expect(await its.places()).toEqual(before);
  for (const name of Object.keys(addresses))
    expect(await its.on(name, "systemctl is-active consul")).toBe("active\n");
}

test("a destroy of protected machines is refused by the engine in its preview, before anything is touched", () =>
  refused('consul-termination-protection" cannot be deleted', []));

test("without a preview the teardown refuses it, before any server leaves", () =>
  refused("termination protection is on"));

// As docs/aws.md has it, for a stack whose hosts are gone.
test("where no run ends well any more, protection alone can be taken off; the teardown's word alone cannot", async () => {
  its.aws.terminationProtection = false;
  const target = (name: string) => ["--target", `**-${name}`];
  await its.stack.up(...target("termination-protection"), ...target("farewell"));
  await refused("termination protection is on");
  const calls = its.account.calls().length;
  await its.stack.up(
    ...["termination-protection", "instance", "farewell"].flatMap((name) => target(name)),
  );
  expect(new Set(its.changesSince(calls))).toEqual(new Set(["ModifyInstanceAttribute"]));
});

test("unprotected, it goes, and the data stays in the account; the runner's policy allows all of it", async () => {
  await its.stack.destroy();
  expect(await its.alive()).toEqual([]);
  expect(Object.keys((await its.account.look()).volumes)).toHaveLength(3);
  const calls = its.account.calls().filter(({ status }) => status < 400);
  expect(heldAgainst(runnerPolicy(), calls).refused).toEqual([]);
});
