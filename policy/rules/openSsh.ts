import { publicAddresses, sizeOf, type Version } from "../addressSpace";
import { isInCluster, type Resource, text, type Values, type Violation } from "../graph";

export interface OpenSsh {
  /** Look at every security group of the stack, not only at those of clusters. */
  everyGroup: boolean;
  /** SSH may be open to as many public IPv4 addresses as a network of this prefix length has. */
  ipv4Prefix: number;
  /** The same for IPv6. */
  ipv6Prefix: number;
}

/** A company's networks are smaller, the internet's halves and quarters larger. */
export const openSshDefaults: OpenSsh = { everyGroup: false, ipv4Prefix: 8, ipv6Prefix: 16 };

const port = 22;

/** Networks that may use SSH, and the resources that say so. */
interface Opening {
  cidrs: string[];
  by: Resource;
}

/**
 * Security groups whose rules together open SSH to the world: those inside of the group, and those that stand
 * beside it, for two halves may stand in two resources.
 */
export function openSsh(resources: Resource[], options: OpenSsh): Violation[] {
  const groups = resources.filter(
    (resource) => isGroup(resource) && (options.everyGroup || isInCluster(resource)),
  );
  return groups.flatMap((group) => {
    const beside = resources.filter((resource) => isRule(resource) && belongsTo(resource, group));
    const openings = [group, ...beside].flatMap(openingsOf);
    return (["v4", "v6"] as const).flatMap((version) =>
      violation(group, openings, version, options),
    );
  });
}

function violation(
  group: Resource,
  openings: Opening[],
  version: Version,
  { ipv4Prefix, ipv6Prefix }: OpenSsh,
): Violation[] {
  const cidrs = openings.flatMap((opening) => opening.cidrs);
  const prefix = version === "v4" ? ipv4Prefix : ipv6Prefix;
  if (publicAddresses(cidrs, version) <= sizeOf(prefix, version)) return [];
  const wide = [...new Set(cidrs)].filter((cidr) => publicAddresses([cidr], version) > 0n).sort();
  const by = [...new Set(openings.map((opening) => opening.by.name))].sort().join(", ");
  return [
    {
      urn: group.urn,
      message:
        `SSH is open to the world in ${by}: ${wide.join(", ")} together hold more public addresses than ` +
        `a network of /${prefix}. Name the networks that Pulumi runs in (aws.sshCidrs), or a bastion's ` +
        "security group (aws.sshSecurityGroupIds)",
    },
  ];
}

function isGroup({ type }: Resource): boolean {
  return /^aws:ec2\/(defaultS|s)ecurityGroup:/.test(type);
}

function isRule({ type }: Resource): boolean {
  return /^aws:(ec2\/securityGroupRule|vpc\/securityGroupIngressRule):/.test(type);
}

function belongsTo(rule: Resource, group: Resource): boolean {
  const id = text(group, "id");
  return (
    rule.groups.includes(group.urn) || (id !== undefined && text(rule, "securityGroupId") === id)
  );
}

function openingsOf(resource: Resource): Opening[] {
  const { props } = resource;
  const rules = isGroup(resource)
    ? listOf(props.ingress).filter((rule): rule is Values => typeof rule === "object")
    : props.type === "egress"
      ? []
      : [props];
  const cidrs = rules.filter(letsSshIn).flatMap(cidrsOf);
  return cidrs.length > 0 ? [{ cidrs, by: resource }] : [];
}

function letsSshIn({ protocol, ipProtocol = protocol, fromPort, toPort }: Values): boolean {
  const named = String(ipProtocol).toLowerCase();
  if (named === "-1" || named === "all") return true;
  return (
    (named === "tcp" || named === "6") && asNumber(fromPort) <= port && port <= asNumber(toPort)
  );
}

/** What is not known compares as neither smaller nor larger. */
function asNumber(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}

function cidrsOf({ cidrBlocks, ipv6CidrBlocks, cidrIpv4, cidrIpv6 }: Values): string[] {
  const all = [...listOf(cidrBlocks), ...listOf(ipv6CidrBlocks), cidrIpv4, cidrIpv6];
  return all.filter((cidr) => typeof cidr === "string");
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
