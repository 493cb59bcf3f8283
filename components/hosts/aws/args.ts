import type { Input } from "@pulumi/pulumi";
import type { PerServerArgs } from "../perServer/args";
import type { BastionArgs } from "../ssh/args";

export interface AwsSource {
  /** Instances of AWS EC2, made with the stack. */
  aws?: AwsArgs;
}

/**
 * Instances of EC2. What a machine is made of (image, architecture, instance type, root volume, host key) is
 * settled when it is made; another choice, or a newer image, is taken when its server's `generation` is raised.
 */
export interface AwsArgs {
  /** One server per instance. The number must be odd; names are identity. */
  servers: AwsServerArgs[];
  /** VPC of the servers. @default the account's default VPC */
  vpcId?: Input<string>;
  /**
   * Subnets that the servers are spread over, each its own availability zone at best. A server stays in the
   * subnet that it was made in. @default the default subnets of the VPC
   */
  subnetIds?: Input<Input<string>[]>;
  /**
   * Newest image of a family: `debian-12`, `ubuntu-24.04` or `amazon-linux-2023`. Taken when a machine is made.
   * @default "debian-12"
   */
  image?: Input<string>;
  /** CPU architecture, `x86_64` or `arm64`. Taken when a machine is made. @default "x86_64" */
  architecture?: Input<string>;
  /**
   * Instance type, of the architecture. Taken when a machine is made.
   * @default "t3.small", or "t4g.small" with arm64
   */
  instanceType?: Input<string>;
  /** Size of the encrypted root volume, GiB. Taken when a machine is made. @default 16 */
  rootVolumeGiB?: Input<number>;
  /** Size of the encrypted volume that holds `dataDir`, GiB; it may grow. @default 20 */
  dataVolumeGiB?: Input<number>;
  /**
   * Leave the data volumes in the account when servers go; they outlive the machines in any case.
   * @default true
   */
  keepDataVolumes?: boolean;
  /** ARN of the KMS key of all volumes. Taken when a volume is made. @default the account's key for EBS */
  kmsKeyArn?: Input<string>;
  /** Networks, as CIDRs, that may use HTTP(S), DNS and gRPC. @default none */
  clientCidrs?: Input<Input<string>[]>;
  /** Security groups whose members may use HTTP(S), DNS and gRPC. @default none */
  clientSecurityGroupIds?: Input<Input<string>[]>;
  /** Networks, as CIDRs, of client agents: gossip and RPC. @default none */
  agentCidrs?: Input<Input<string>[]>;
  /** Security groups of client agents: gossip and RPC. @default none */
  agentSecurityGroupIds?: Input<Input<string>[]>;
  /** Networks, as CIDRs, that may use SSH: where Pulumi runs. @default none */
  sshCidrs?: Input<Input<string>[]>;
  /** Security groups whose members may use SSH: the bastion's. @default none */
  sshSecurityGroupIds?: Input<Input<string>[]>;
  /** An SSH server to go through. @default none */
  bastion?: BastionArgs;
  /** Give every server a public address, and reach it there. @default false */
  publicAddresses?: boolean;
  /** Refuse to terminate an instance, whoever asks; to be taken off before a destroy. @default false */
  terminationProtection?: Input<boolean>;
  /**
   * Name of an instance profile that exists.
   * @default one is made with the permissions that Session Manager needs, and no other
   */
  instanceProfile?: Input<string>;
  /** Tags of everything that can have some, besides `Name` and `consul-cluster`. @default none */
  tags?: Input<Record<string, Input<string>>>;
}

export interface AwsServerArgs extends PerServerArgs {
  /** Name of the instance and of the Consul server on it. */
  name: string;
  /**
   * The server's private address, inside its subnet. It stays with the server; where it is named here, a
   * preview knows it beforehand. @default one of the subnet's
   */
  address?: Input<string>;
  /** Subnet of this server. @default one of the cluster's, in turn */
  subnetId?: Input<string>;
  /** Raise it to get a new machine, with the newest image, under the same name, address and data. @default 1 */
  generation?: number;
  /** The host's public key, where it was changed on the host after it was made. @default the one it was made with */
  hostKey?: Input<string>;
  /**
   * Any text. Change it to wipe this server's data folder once, gated like a replacement: it then begins anew with
   * what its peers hold. This is how foreign data, or data older than a week, is given up.
   * @default none
   */
  wipeData?: Input<string>;
}
