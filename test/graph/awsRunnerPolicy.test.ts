// The permissions that docs/aws.md tells a runner to have: enough for every kind of resource that is made, and
// no more than is said there.
//
// Does not prove that AWS agrees: a call that needs another permission shows itself in an account only.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aws, awsClusterOf } from "./support/awsCluster";

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

const file = join(__dirname, "../../docs/aws/runner-policy.json");
const { Statement: statements } = JSON.parse(readFileSync(file, "utf8")) as {
  Statement: Statement[];
};
const listed = (value: string | string[]) => [value].flat();
const actions = new Set(statements.flatMap(({ Action }) => listed(Action)));

/** What making, changing and removing each kind of resource calls. */
const needed: Record<string, string[]> = {
  "aws:ebs/volume:Volume": ["CreateVolume", "ModifyVolume", "DeleteVolume"],
  "aws:ec2/eip:Eip": [
    "AllocateAddress",
    "AssociateAddress",
    "DisassociateAddress",
    "ReleaseAddress",
  ],
  "aws:ec2/instance:Instance": [
    "RunInstances",
    "TerminateInstances",
    "ModifyInstanceAttribute",
    // Another `instanceProfile` is put in the place of the one that a machine has.
    "DescribeIamInstanceProfileAssociations",
    "AssociateIamInstanceProfile",
    "ReplaceIamInstanceProfileAssociation",
  ],
  "aws:ec2/keyPair:KeyPair": ["ImportKeyPair", "DeleteKeyPair"],
  "aws:ec2/networkInterface:NetworkInterface": ["CreateNetworkInterface", "DeleteNetworkInterface"],
  "aws:ec2/securityGroup:SecurityGroup": [
    "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "DeleteSecurityGroup",
  ],
  "aws:ec2/volumeAttachment:VolumeAttachment": ["AttachVolume", "DetachVolume", "StopInstances"],
  "aws:iam/instanceProfile:InstanceProfile": ["CreateInstanceProfile", "DeleteInstanceProfile"],
  // A role that an earlier version made has no boundary, and the policy that is detached from it.
  "aws:iam/role:Role": ["CreateRole", "DeleteRole", "PassRole", "PutRolePermissionsBoundary"],
  "aws:iam/rolePolicy:RolePolicy": [
    "PutRolePolicy",
    "GetRolePolicy",
    "DeleteRolePolicy",
    "DetachRolePolicy",
  ],
};

test("every kind of resource can be made and removed", async () => {
  const { resources } = await awsClusterOf(aws({ publicAddresses: true }));
  const kinds = new Set(resources.map(({ type }) => type).filter((type) => /^aws:/.test(type)));
  expect([...kinds].sort()).toEqual(Object.keys(needed).sort());
  for (const [type, calls] of Object.entries(needed)) {
    const service = type.startsWith("aws:iam") ? "iam" : "ec2";
    for (const call of calls) expect(actions).toContain(`${service}:${call}`);
  }
});

test("the root volume has its tags from the call that makes it, and loses none to those of later", async () => {
  const { inputs, ignoreChanges } = (await awsClusterOf(aws())).get("c-consul-1-instance");
  expect(inputs.volumeTags).toEqual(inputs.tags);
  // The plugin sets these by a call of their own, on a volume that has none yet.
  expect(inputs.rootBlockDevice).not.toHaveProperty("tags");
  // The plugin would set them on the data volume, too, once it is attached.
  expect(ignoreChanges).toEqual(["volumeTags", "rootBlockDevice.tags"]);
});

test("no statement allows everything, or denies", () => {
  for (const { Effect } of statements) expect(Effect).toBe("Allow");
  expect([...actions].filter((action) => action.includes("*"))).toEqual([]);
});

test("what changes anything is bound to the tag, to a path, or to a call that makes something", () => {
  const unbound = statements
    .filter(({ Condition, Resource }) => Condition === undefined && Resource === "*")
    .flatMap(({ Action }) => listed(Action));
  expect(unbound.filter((action) => !action.startsWith("ec2:Describe"))).toEqual([]);
});

test("the roles are where the policy ends, and can be permitted no more than their boundary", async () => {
  const { get } = await awsClusterOf(aws());
  expect(get("c-role").inputs.path).toBe("/consul-cluster/");
  expect(get("c-profile").inputs.path).toBe("/consul-cluster/");
  const iam = statements.filter(({ Action }) => listed(Action)[0]?.startsWith("iam:"));
  expect(iam.length).toBeGreaterThan(0);
  for (const { Resource } of iam)
    for (const arn of listed(Resource))
      expect(arn).toMatch(/^arn:aws:iam::\*:(role|instance-profile)\/consul-cluster\/\*$/);
  // Who writes policies of a role that machines get has what those permit.
  const gives = ["CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary"];
  const giving = iam.filter(({ Action }) =>
    gives.some((call) => listed(Action).includes(`iam:${call}`)),
  );
  expect(
    giving.map(({ Condition }) => Condition?.StringEquals?.["iam:PermissionsBoundary"]),
  ).toEqual([get("c-role").inputs.permissionsBoundary]);
  const never = ["AttachRolePolicy", "DeleteRolePermissionsBoundary", "UpdateAssumeRolePolicy"];
  for (const call of never) expect(actions).not.toContain(`iam:${call}`);
});
