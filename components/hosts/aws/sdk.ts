import { createRequire } from "node:module";

/**
 * The parts of the AWS SDK that are needed, loaded when a cluster on AWS is made: loading them costs every
 * other program half a second.
 */
export function awsSdk() {
  const load = createRequire(__filename);
  return {
    ec2: load("@pulumi/aws/ec2") as typeof import("@pulumi/aws/ec2"),
    ebs: load("@pulumi/aws/ebs") as typeof import("@pulumi/aws/ebs"),
    iam: load("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam"),
  };
}
