import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { AwsArgs } from "./args";
import { awsSdk } from "./sdk";

/** Where the roles are in the account, so that the runner's permissions can end there. */
const path = "/consul-cluster/";

/**
 * The most that a role can be permitted, whatever policies it gets: a policy of AWS's own, with which an instance is managed and reads no
 * parameter. By it docs/aws/runner-policy.json lets a runner write policies of roles that it hands to machines, and no others.
 */
const permissionsBoundary = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy";

/**
 * The least that Session Manager needs: an instance says that it is there, and opens its channels. Not `ec2messages`, by which agents before
 * 3.3.40 are sent what Run Command shall run, and no session. AWS's AmazonSSMManagedInstanceCore has every parameter of the account, too.
 */
const sessionManager = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

/** What an instance may do in the account: be reached by Session Manager, where SSH fails, and nothing else. */
export function instanceProfile(
  name: string,
  args: AwsArgs,
  tags: Input<Record<string, string>>,
  opts: CustomResourceOptions,
): Input<string> {
  if (args.instanceProfile !== undefined) return args.instanceProfile;
  const { iam } = awsSdk();
  const role = new iam.Role(
    `${name}-role`,
    {
      description: "Consul servers",
      path,
      assumeRolePolicy: policyOf({
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "ec2.amazonaws.com" },
      }),
      permissionsBoundary,
      tags,
    },
    opts,
  );
  new iam.RolePolicy(
    `${name}-session-manager`,
    {
      name: "session-manager",
      role: role.name,
      // Of everything, as AWS has it: channels are no resource, and no instance is known before its role.
      policy: policyOf({ Effect: "Allow", Action: sessionManager, Resource: "*" }),
    },
    opts,
  );
  return new iam.InstanceProfile(`${name}-profile`, { path, role: role.name, tags }, opts).name;
}

function policyOf(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
