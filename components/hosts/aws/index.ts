import { perServer } from "../perServer/shape";
import { source } from "../source";
import { bastion } from "../ssh/shape";
import type { AwsArgs, AwsServerArgs } from "./args";
import { checkAws } from "./check";
import { awsHosts } from "./hosts";

const list = { listOf: "string", optional: true } as const;

/** Instances of EC2. */
export const aws = source<AwsArgs, AwsServerArgs>({
  key: "aws",
  what: "EC2",
  lists: { servers: "servers" },
  // A subnet has some.
  givesAddresses: true,
  shape: {
    servers: {
      listOf: {
        fields: {
          name: "string",
          address: "string?",
          subnetId: "string?",
          generation: "number?",
          hostKey: "string?",
          wipeData: "string?",
          ...perServer,
        },
      },
    },
    vpcId: "string?",
    subnetIds: list,
    image: "string?",
    architecture: "string?",
    instanceType: "string?",
    rootVolumeGiB: "number?",
    dataVolumeGiB: "number?",
    keepDataVolumes: "boolean?",
    kmsKeyArn: "string?",
    clientCidrs: list,
    clientSecurityGroupIds: list,
    agentCidrs: list,
    agentSecurityGroupIds: list,
    sshCidrs: list,
    sshSecurityGroupIds: list,
    bastion: { fields: bastion, optional: true },
    publicAddresses: "boolean?",
    terminationProtection: "boolean?",
    instanceProfile: "string?",
    tags: { mapOf: "string", optional: true },
  },
  check: checkAws,
  withoutLogin: (given) => ({ ...given, bastion: undefined }),
  make: (args, _, making) => awsHosts(args, making),
});
