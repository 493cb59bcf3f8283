import { createRequire } from "node:module";
import { Refusal } from "../../cluster/refusal";

/**
 * The parts of the AWS SDK that are needed, loaded when a cluster on AWS is made: loading them costs every
 * other program half a second, and who has no such cluster need not have them.
 *
 * @throws where the package is not installed.
 */
export function awsSdk() {
  const load = loader();
  return {
    ec2: load("@pulumi/aws/ec2") as typeof import("@pulumi/aws/ec2"),
    ebs: load("@pulumi/aws/ebs") as typeof import("@pulumi/aws/ebs"),
    iam: load("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam"),
  };
}

function loader(): NodeJS.Require {
  const load = createRequire(__filename);
  try {
    load.resolve("@pulumi/aws");
  } catch {
    throw new Refusal(
      "`aws` needs the package @pulumi/aws, which is not installed: npm install @pulumi/aws@7",
    );
  }
  return load;
}
