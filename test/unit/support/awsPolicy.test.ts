import { describe, expect, test } from "vitest";
import type { ApiCall } from "../../../lab/ec2/account";
import { heldAgainst, runnerPolicy, unusedActions } from "../../support/awsPolicy";

// What calls of AWS's API are held against: the runner's policy in docs/aws, by what AWS would look up in it.
//
// Does not prove that AWS looks up just that.

function call(
  action: string,
  parameters: Record<string, string> = {},
  more: Partial<ApiCall> = {},
): ApiCall {
  const service = more.service ?? "ec2";
  return { at: 0, status: 200, tags: {}, ...more, service, action, parameters };
}

const refusedOf = (...calls: ApiCall[]) => heldAgainst(runnerPolicy(), calls).refused;

/** Tags of a cluster's for what a call makes. */
const born = (...kinds: string[]) =>
  Object.fromEntries(
    kinds.flatMap((kind, index) => [
      [`TagSpecification.${index + 1}.ResourceType`, kind],
      [`TagSpecification.${index + 1}.Tag.1.Key`, "consul-cluster"],
      [`TagSpecification.${index + 1}.Tag.1.Value`, "staging"],
    ]),
  );
const ours = { "consul-cluster": "staging" };
const eni = "eni-0123456789abcdef0";
const volume = "vol-0123456789abcdef0";

describe("an instance", () => {
  const parameters = {
    ImageId: "ami-0123456789abcdef0",
    "NetworkInterface.1.NetworkInterfaceId": eni,
  };

  test("is made with a cluster's interface, where it and its root volume are tagged from the first", () => {
    const tagged = { ...parameters, ...born("instance", "volume") };
    expect(refusedOf(call("RunInstances", tagged, { tags: { [eni]: ours } }))).toEqual([]);
  });

  test("is not made where its root volume gets its tags later", () => {
    const tagged = { ...parameters, ...born("instance") };
    expect(refusedOf(call("RunInstances", tagged, { tags: { [eni]: ours } }))).toEqual([
      "RunInstances needs ec2:RunInstances on arn:aws:ec2:eu-central-1:123456789012:volume/*",
    ]);
  });

  test("is not made with somebody else's interface", () => {
    const tagged = { ...parameters, ...born("instance", "volume") };
    expect(refusedOf(call("RunInstances", tagged))).toHaveLength(1);
  });
});

test.each(["DeleteVolume", "CreateTags", "DetachVolume", "ModifyVolume"])(
  "%s: of a cluster's volume, and of nobody else's",
  (action) => {
    const on = (tags: Record<string, string>) =>
      call(action, { VolumeId: volume }, { tags: { [volume]: tags } });
    expect(refusedOf(on(ours))).toEqual([]);
    expect(refusedOf(on({ Name: "theirs" }))).toHaveLength(1);
  },
);

describe("a role", () => {
  const iam = (action: string, parameters: Record<string, string>) =>
    call(action, { RoleName: "r", ...parameters }, { service: "iam" });
  const policy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
  const Path = "/consul-cluster/";
  const PermissionsBoundary = policy("AmazonSSMManagedEC2InstanceDefaultPolicy");
  const made = iam("CreateRole", { Path, PermissionsBoundary });
  const put = iam("PutRolePolicy", { PolicyName: "p", PolicyDocument: "{}" });
  // One that an earlier version made, or somebody else.
  const unbound = iam("GetRole", { Path });

  test("is made below its path and within the boundary, and gets its policy", () => {
    expect(refusedOf(made, put)).toEqual([]);
    expect(refusedOf(iam("CreateRole", { Path: "/", PermissionsBoundary }))).toHaveLength(1);
    expect(refusedOf(iam("CreateRole", { Path }))).toHaveLength(1);
  });

  test("gets no policy before it has the boundary, and no other boundary", () => {
    const within = (boundary: string) =>
      iam("PutRolePermissionsBoundary", { PermissionsBoundary: boundary });
    expect(refusedOf(unbound, put)).toHaveLength(1);
    expect(refusedOf(unbound, within(PermissionsBoundary), put)).toEqual([]);
    expect(refusedOf(made, within(policy("AdministratorAccess")))).toHaveLength(1);
    expect(refusedOf(made, iam("DeleteRolePermissionsBoundary", {}))).toHaveLength(1);
  });

  test("loses the policy that an earlier version attached, and gets none of AWS's", () => {
    const PolicyArn = policy("AmazonSSMManagedInstanceCore");
    expect(refusedOf(unbound, iam("DetachRolePolicy", { PolicyArn }))).toEqual([]);
    expect(refusedOf(made, iam("AttachRolePolicy", { PolicyArn }))).toHaveLength(1);
  });
});

test("what no call made use of is told", () => {
  const calls = [call("DescribeVolumes"), call("GetCallerIdentity", {}, { service: "sts" })];
  const { refused, unused } = heldAgainst(runnerPolicy(), calls);
  expect([refused, unused.includes("Look"), unused.includes("TagWhatIsMade")]).toEqual([
    [],
    false,
    true,
  ]);
  expect(unusedActions(runnerPolicy(), calls)).not.toContain("ec2:DescribeVolumes");
  expect(unusedActions(runnerPolicy(), calls)).toContain("ec2:DescribeVpcs");
});
