import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { AwsArgs } from "./args";
import { awsSdk } from "./sdk";

/** Where the roles are in the account, so that the runner's permissions can end there. */
const path = "/consul-cluster/";

/** What an instance may do in the account: be reached by Systems Manager, where SSH fails, and nothing else. */
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
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "ec2.amazonaws.com" },
          },
        ],
      }),
      tags,
    },
    opts,
  );
  new iam.RolePolicyAttachment(
    `${name}-systems-manager`,
    { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    opts,
  );
  return new iam.InstanceProfile(`${name}-profile`, { path, role: role.name, tags }, opts).name;
}
