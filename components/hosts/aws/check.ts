import { parseAddress } from "../../validate/address";
import { checkGeneration } from "../../validate/generation";
import { checkHostKey } from "../../validate/hostKey";
import { type Problem, problem, show } from "../../validate/problem";
import type { ServerEntry } from "../../validate/servers";
import {
  bool,
  type Check,
  each,
  type Fields,
  type Files,
  fieldsOf,
  list,
  number,
  optional,
  repeats,
  text,
} from "../../validate/values";
import { checkWipeData } from "../../validate/wipeData";
import { checkBastion } from "../ssh/check";
import { checkCidrs } from "./cidr";
import { checkInstanceType } from "./instanceType";
import { checkTags } from "./tags";

const IMAGES = ["debian-12", "ubuntu-24.04", "amazon-linux-2023"];
const ARCHITECTURES = ["x86_64", "arm64"];

/** Instances of EC2, beyond what is asked of every server. */
export function checkAws(aws: Fields, servers: ServerEntry[], files?: Files): Problem[] {
  return [
    ...each(aws, "aws", {
      vpcId: optional(checkId("vpc")),
      subnetIds: optional(checkIds("subnet")),
      image: optional(oneOf(IMAGES)),
      architecture: optional(oneOf(ARCHITECTURES)),
      instanceType: optional(checkInstanceType(aws.architecture)),
      rootVolumeGiB: optional(checkSize(8)),
      dataVolumeGiB: optional(checkSize(1)),
      keepDataVolumes: optional(bool),
      kmsKeyArn: optional(checkKmsKey),
      clientCidrs: optional(checkCidrs()),
      clientSecurityGroupIds: optional(checkIds("sg")),
      agentCidrs: optional(checkCidrs("gossip and RPC")),
      agentSecurityGroupIds: optional(checkIds("sg")),
      sshCidrs: optional(checkCidrs("SSH")),
      sshSecurityGroupIds: optional(checkIds("sg")),
      bastion: optional(checkBastion(files)),
      publicAddresses: optional(bool),
      terminationProtection: optional(bool),
      instanceProfile: optional(checkProfile),
      tags: optional(checkTags),
    }),
    ...checkReachable(aws),
    ...servers.flatMap(({ path, entry }) =>
      each(fieldsOf(entry), path, {
        address: optional(checkPrivateAddress),
        subnetId: optional(checkId("subnet")),
        generation: optional(checkGeneration),
        hostKey: optional(checkHostKey),
        wipeData: optional(checkWipeData),
      }),
    ),
  ];
}

/** A subnet's own addresses are IPv4; that it is an address of a host is told with the servers. */
const checkPrivateAddress: Check = (address, path) =>
  typeof address === "string" && parseAddress(address)?.kind() === "ipv6"
    ? problem(path, `${show(address)} is IPv6; give an IPv4 address of the subnet, or leave it off`)
    : [];

/** Pulumi has to get in, and by one way. */
function checkReachable(aws: Fields): Problem[] {
  const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && !value[0]);
  return [
    ...(isGiven(aws.sshCidrs) || isGiven(aws.sshSecurityGroupIds)
      ? []
      : problem(
          "aws.sshCidrs",
          "nobody may use SSH, so no server can be set up; give the networks that Pulumi runs in, or the bastion's security group in sshSecurityGroupIds",
        )),
    ...(aws.publicAddresses === true && aws.bastion !== undefined
      ? problem("aws.publicAddresses", "is true, and a bastion is given; give one way, not both")
      : []),
  ];
}

function oneOf(known: string[]): Check {
  const choice = known.map((name) => show(name)).join(", ");
  return text((value, path) =>
    known.includes(value) ? [] : problem(path, `${show(value)} is none of ${choice}`),
  );
}

/** An ID as AWS gives it: of 8 digits formerly, of 17 now. */
function checkId(kind: string): Check {
  return text((id, path) =>
    new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)
      ? []
      : problem(
          path,
          `${show(id)} is not the ID of a ${KINDS[kind]}; give one such as ${kind}-0123456789abcdef0`,
        ),
  );
}

const KINDS: Record<string, string> = { vpc: "VPC", subnet: "subnet", sg: "security group" };

function checkIds(kind: string): Check {
  return list((ids, path) => [
    ...(ids.length === 0 ? problem(path, "is an empty list; leave it off, or give an ID") : []),
    ...ids.flatMap((id, index) => checkId(kind)(id, `${path}[${index}]`)),
    ...repeats(
      ids.map((id, index) => ({ id, path: `${path}[${index}]` })),
      ({ id }) => (typeof id === "string" ? id : undefined),
    ).flatMap(({ item, first }) =>
      problem(item.path, `${show(item.id)} stands in ${first.path} already`),
    ),
  ]);
}

const LARGEST = 16384;

function checkSize(least: number): Check {
  return number((size, path) =>
    Number.isSafeInteger(size) && size >= least && size <= LARGEST
      ? []
      : problem(path, `${show(size)} is not a size; give whole GiB from ${least} to ${LARGEST}`),
  );
}

const checkKmsKey = text((arn, path) =>
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+$/.test(arn)
    ? []
    : problem(
        path,
        `${show(arn)} is not the ARN of a KMS key; give one such as arn:aws:kms:eu-central-1:123456789012:key/...`,
      ),
);

const checkProfile = text((name, path) => {
  if (name.startsWith("arn:")) {
    return problem(path, `${show(name)} is an ARN; give the name behind its last slash`);
  }
  return /^[\w+=,.@-]{1,128}$/.test(name)
    ? []
    : problem(
        path,
        `${show(name)} is not the name of an instance profile; give up to 128 letters, digits and + = , . @ _ -`,
      );
});
