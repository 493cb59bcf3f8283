import { isIPv6 } from "node:net";
import type { Unwrap } from "@pulumi/pulumi";
import type { ClusterPlan } from "../../cluster/plan";
import {
  type ByProtocol,
  type Caller,
  listeners,
  neededOfAgents,
  neededOfServers,
  portsOf,
} from "../../render/ports";
import type { AwsArgs } from "./args";

export interface Rule {
  description: string;
  protocol: "tcp" | "udp";
  fromPort: number;
  toPort: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  securityGroups?: string[];
  /** The members of the group itself. */
  self?: boolean;
}

type Traffic = Pick<ClusterPlan, "ports" | "mirror" | "recursors">;
type Access = Pick<
  Unwrap<AwsArgs>,
  | "clientCidrs"
  | "clientSecurityGroupIds"
  | "agentCidrs"
  | "agentSecurityGroupIds"
  | "sshCidrs"
  | "sshSecurityGroupIds"
>;

/** Ports of one use. */
interface Use extends ByProtocol {
  what: string;
}

function usesOf(who: Caller, { ports }: Traffic): Use[] {
  return neededOfServers[who].map((name) => ({
    what: listeners[name].what,
    ...portsOf([name], ports),
  }));
}

/** What may come in. */
export function ingressRules(traffic: Traffic, access: Access): Rule[] {
  const ssh = { what: "SSH", tcp: [22], udp: [] };
  return [
    ...rulesOf(usesOf("servers", traffic), "among the servers", { self: true }),
    ...from(
      usesOf("applications", traffic),
      "from clients",
      access.clientCidrs,
      access.clientSecurityGroupIds,
    ),
    ...from(
      usesOf("agents", traffic),
      "from client agents",
      access.agentCidrs,
      access.agentSecurityGroupIds,
    ),
    ...from([ssh], "from where Pulumi runs", access.sshCidrs, access.sshSecurityGroupIds),
  ];
}

/** What may go out. DNS, time and metadata of the VPC itself need no rule. */
export function egressRules(traffic: Traffic, access: Access): Rule[] {
  const gossip = {
    what: listeners.serfLan.what,
    ...portsOf(neededOfAgents.servers, traffic.ports),
  };
  const resolving = { what: "DNS", tcp: [53], udp: [53] };
  const recursors = traffic.recursors.map((address) => `${address}/${isIPv6(address) ? 128 : 32}`);
  return [
    ...rulesOf(usesOf("servers", traffic), "among the servers", { self: true }),
    ...from([gossip], "to client agents", access.agentCidrs, access.agentSecurityGroupIds),
    ...from([resolving], "to the recursors", recursors),
    // Releases and Systems Manager have no fixed addresses.
    ...from([{ what: "HTTPS", tcp: httpsPorts(traffic), udp: [] }], "to releases", [
      "0.0.0.0/0",
      "::/0",
    ]),
  ];
}

function httpsPorts({ mirror }: Traffic): number[] {
  const { protocol, port } = new URL(mirror);
  const own = protocol === "https:" && port !== "" ? [Number(port)] : [];
  return [443, ...own];
}

function from(
  uses: Use[],
  who: string,
  cidrs: string[] = [],
  securityGroups: string[] = [],
): Rule[] {
  const ipv6CidrBlocks = cidrs.filter((cidr) => cidr.includes(":"));
  const cidrBlocks = cidrs.filter((cidr) => !cidr.includes(":"));
  if (cidrs.length + securityGroups.length === 0) return [];
  return rulesOf(uses, who, {
    ...(cidrBlocks.length > 0 && { cidrBlocks }),
    ...(ipv6CidrBlocks.length > 0 && { ipv6CidrBlocks }),
    ...(securityGroups.length > 0 && { securityGroups }),
  });
}

/** A rule for each port: two that a user has made the same are one. */
function rulesOf(uses: Use[], who: string, peers: Partial<Rule>): Rule[] {
  const seen = new Set<string>();
  return uses.flatMap((use) =>
    (["tcp", "udp"] as const).flatMap((protocol) =>
      use[protocol].flatMap((port) => {
        const key = `${protocol} ${port}`;
        if (port < 1 || seen.has(key)) return [];
        seen.add(key);
        const description = `${use.what} ${who}`;
        return [{ description, protocol, fromPort: port, toPort: port, ...peers }];
      }),
    ),
  );
}
