// A cluster on AWS, inside of a larger stack that has a network already. Type-checked by `npm test`.
import { Config, StackReference } from "@pulumi/pulumi";
import { ConsulCluster } from "../components/index";

const config = new Config();
const network = new StackReference("organization/network/prod");

const consul = new ConsulCluster("prod", {
  version: "1.22.0",
  aws: {
    vpcId: network.requireOutput("vpcId"),
    // One in each zone; a server stays in the one that it was made in.
    subnetIds: network.requireOutput("privateSubnetIds"),
    servers: [{ name: "consul-1" }, { name: "consul-2" }, { name: "consul-3" }],
    architecture: "arm64",
    clientSecurityGroupIds: [network.requireOutput("applicationsSecurityGroupId")],
    sshSecurityGroupIds: [network.requireOutput("bastionSecurityGroupId")],
    bastion: {
      host: network.requireOutput("bastionHost"),
      user: "ops",
      privateKey: config.requireSecret("bastionKey"),
      hostKey: network.requireOutput("bastionHostKey"),
    },
    terminationProtection: true,
  },
});

/** Known when there is a leader and three healthy voters. */
export const ready = consul.ready;
