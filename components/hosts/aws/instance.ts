import {
  type CustomResourceOptions,
  type Input,
  interpolate,
  mergeOptions,
  type Output,
  output,
} from "@pulumi/pulumi";
import { sshKeyPair } from "../../secrets/sshKeyPair";
import type { AwsArgs, AwsServerArgs } from "./args";
import { type Image, newestImage } from "./image";
import { recorded } from "./recorded";
import { awsSdk } from "./sdk";
import { renderUserData } from "./userData";

/** What all servers of a cluster share. */
export interface SharedInfrastructure {
  args: AwsArgs;
  subnets: Output<string[]>;
  securityGroupId: Output<string>;
  keyName: Output<string>;
  instanceProfile: Input<string>;
  /** Whether Consul answers DNS on port 53 of all addresses. */
  takesPort53: Output<boolean>;
  tags(name: string): Output<Record<string, string>>;
}

export interface AwsMachine {
  instanceId: Output<string>;
  /** Its private address. */
  address: Input<string>;
  /** Where SSH reaches it without a bastion. */
  sshHost: Input<string>;
  user: Output<string>;
  hostKey: Input<string>;
  /** ID of the volume for the data folder, once it is attached. */
  dataVolume: Output<string>;
  /** Whether AWS refuses to end it. */
  isProtected: Output<boolean>;
}

/** What is settled when a machine is made. */
interface Recipe extends Image {
  instanceType: string;
  rootVolumeGiB: number;
  kmsKeyArn?: string;
}

/**
 * One machine. Its network interface, and with it the address, and its data volume are resources of their
 * own: a new machine under the same name takes both over.
 */
export function awsMachine(
  name: string,
  server: AwsServerArgs,
  index: number,
  shared: SharedInfrastructure,
  opts: CustomResourceOptions,
): AwsMachine {
  const { ec2 } = awsSdk();
  const { args, tags } = shared;
  const network = networkInterface(name, server, index, shared, opts);
  const publicIp = args.publicAddresses
    ? new ec2.Eip(
        `${name}-public-address`,
        { domain: "vpc", networkInterface: network.id, tags: tags(server.name) },
        opts,
      ).publicIp
    : undefined;
  const volume = dataVolume(`${name}-data`, server, network.subnetId, shared, opts);

  // A new generation has new names, and so looks up the newest image and has a host key of its own.
  const generation = server.generation ?? 1;
  const hostKey = sshKeyPair(`${name}-host-key-${generation}`, opts);
  const recipe = output(recorded(`${name}-recipe-${generation}`, lookUp(args, opts), opts)).apply(
    (text) => JSON.parse(text) as Recipe,
  );
  const userData = recorded(
    `${name}-user-data-${generation}`,
    output({ hostKey, takesPort53: shared.takesPort53 }).apply(renderUserData),
    { ...opts, secret: true },
  );
  const instance = new ec2.Instance(
    `${name}-instance`,
    {
      ami: recipe.id,
      instanceType: recipe.instanceType,
      keyName: shared.keyName,
      userData,
      userDataReplaceOnChange: true,
      iamInstanceProfile: shared.instanceProfile,
      primaryNetworkInterface: { networkInterfaceId: network.id },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      rootBlockDevice: {
        encrypted: true,
        kmsKeyId: recipe.apply(({ kmsKeyArn }) => kmsKeyArn as string),
        volumeType: "gp3",
        volumeSize: recipe.rootVolumeGiB,
        deleteOnTermination: true,
      },
      // The root volume's. Its own `tags` come behind the call that makes it, which the runner's policy grants only for what has them.
      volumeTags: tags(server.name),
      disableApiTermination: args.terminationProtection ?? false,
      tags: tags(server.name),
    },
    mergeOptions(opts, {
      // Two machines cannot have one network interface: the old one goes first.
      deleteBeforeReplace: true,
      replacementTrigger: generation,
      // In place it would be stopped and started, past all gates.
      replaceOnChanges: ["instanceType"],
      // Later they would be those of the data volume, too, which is a resource of its own. A machine of 0.1.0 has the root volume's.
      ignoreChanges: ["volumeTags", "rootBlockDevice.tags"],
    }),
  );
  const attached = new ec2.VolumeAttachment(
    `${name}-data-attachment`,
    {
      deviceName: "/dev/sdf",
      instanceId: instance.id,
      volumeId: volume.id,
      stopInstanceBeforeDetaching: true,
    },
    mergeOptions(opts, { deleteBeforeReplace: true }),
  );
  return {
    instanceId: instance.id,
    address: server.address ?? network.privateIp,
    sshHost: publicIp ?? server.address ?? network.privateIp,
    user: recipe.user,
    hostKey: server.hostKey ?? hostKey.publicKey,
    dataVolume: attached.volumeId,
    // As AWS has it, and not as it is wanted: a run may have come as far as that, or not.
    isProtected: instance.disableApiTermination,
  };
}

function lookUp(args: AwsArgs, opts: CustomResourceOptions): Output<string> {
  const { parent, provider } = opts;
  return output({
    image: newestImage(args, { parent, provider }),
    architecture: args.architecture,
    instanceType: args.instanceType,
    rootVolumeGiB: args.rootVolumeGiB,
    kmsKeyArn: args.kmsKeyArn,
  }).apply(({ image, architecture, instanceType, rootVolumeGiB, kmsKeyArn }) => {
    const recipe: Recipe = {
      ...image,
      instanceType: instanceType ?? (architecture === "arm64" ? "t4g.small" : "t3.small"),
      rootVolumeGiB: rootVolumeGiB ?? 16,
      ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    };
    return JSON.stringify(recipe);
  });
}

function networkInterface(
  name: string,
  server: AwsServerArgs,
  index: number,
  { subnets, securityGroupId, tags }: SharedInfrastructure,
  opts: CustomResourceOptions,
) {
  const own = server.subnetId;
  return new (awsSdk().ec2.NetworkInterface)(
    `${name}-network`,
    {
      description: interpolate`Consul server ${server.name}`,
      subnetId: own ?? subnets.apply((ids) => ids[index % ids.length] as string),
      privateIps: server.address === undefined ? undefined : [server.address],
      securityGroups: [securityGroupId],
      tags: tags(server.name),
    },
    // Names are identity, positions are not: who is in a subnet stays there when another server goes.
    mergeOptions(opts, {
      deleteBeforeReplace: true,
      ignoreChanges: own === undefined ? ["subnetId"] : [],
    }),
  );
}

function dataVolume(
  name: string,
  server: AwsServerArgs,
  subnetId: Output<string>,
  { args, tags }: SharedInfrastructure,
  opts: CustomResourceOptions,
) {
  const { ebs, ec2 } = awsSdk();
  const { parent, provider } = opts;
  return new ebs.Volume(
    name,
    {
      availabilityZone: ec2.getSubnetOutput(
        { id: server.subnetId ?? subnetId },
        { parent, provider },
      ).availabilityZone,
      size: args.dataVolumeGiB ?? 20,
      type: "gp3",
      encrypted: true,
      kmsKeyId: args.kmsKeyArn,
      tags: tags(server.name),
    },
    mergeOptions(opts, {
      retainOnDelete: args.keepDataVolumes ?? true,
      // Another key would mean another, empty volume, for all servers at once. And while a new interface is still to be
      // made its zone is not known, though it stays in its subnet, and so in its zone: see `networkInterface`.
      ignoreChanges: ["kmsKeyId", ...(server.subnetId === undefined ? ["availabilityZone"] : [])],
    }),
  );
}
