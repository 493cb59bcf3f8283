import { type CustomResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { ClusterSettings } from "../../cluster/plan";
import type { AwsArgs } from "./args";
import { egressRules, ingressRules } from "./rules";
import { awsSdk } from "./sdk";

/** One group for all servers: who may talk to them, and whom they may talk to. */
export function securityGroup(
  name: string,
  args: AwsArgs,
  settings: Output<ClusterSettings>,
  tags: Output<Record<string, string>>,
  opts: CustomResourceOptions,
): Output<string> {
  const access = output({
    clientCidrs: args.clientCidrs,
    clientSecurityGroupIds: args.clientSecurityGroupIds,
    agentCidrs: args.agentCidrs,
    agentSecurityGroupIds: args.agentSecurityGroupIds,
    sshCidrs: args.sshCidrs,
    sshSecurityGroupIds: args.sshSecurityGroupIds,
  });
  const rules = output({ settings, access });
  return new (awsSdk().ec2.SecurityGroup)(
    name,
    {
      description: "Consul servers",
      vpcId: args.vpcId,
      ingress: rules.apply((of) => ingressRules(of.settings, of.access)),
      egress: rules.apply((of) => egressRules(of.settings, of.access)),
      tags,
    },
    opts,
  ).id;
}
