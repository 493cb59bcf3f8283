import { type InvokeOptions, type Output, output } from "@pulumi/pulumi";
import { Refusal } from "../../cluster/refusal";
import type { AwsArgs } from "./args";
import { awsSdk } from "./sdk";

/** The subnets to spread servers over: the given ones in their order, or the default ones, one in each zone. */
export function subnetsOf(args: AwsArgs, opts: InvokeOptions): Output<string[]> {
  if (args.subnetIds !== undefined) return output(args.subnetIds);
  return output(args.vpcId).apply(async (vpcId) => {
    const { ids } = await awsSdk().ec2.getSubnets(
      {
        filters: [
          { name: "default-for-az", values: ["true"] },
          ...(vpcId === undefined ? [] : [{ name: "vpc-id", values: [vpcId] }]),
        ],
      },
      opts,
    );
    if (ids.length === 0)
      throw new Refusal("the VPC has no default subnets; name its subnets in aws.subnetIds");
    return [...ids].sort();
  });
}
