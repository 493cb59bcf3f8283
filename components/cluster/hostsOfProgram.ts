import { runtime } from "@pulumi/pulumi";
import sources from "../hosts/sources";
import { endpointsOf } from "../hosts/ssh/endpoints";
import { type Problem, problem } from "../validate/problem";
import { serversOf } from "../validate/servers";
import { type Fields, fieldsOf } from "../validate/values";
import type { Whose } from "./refusal";

/** Who has an agent on a host, by where SSH finds the host. */
type Hosts = Map<string, Whose & { path: string }>;

const programs = new Map<string, Hosts>();

/**
 * Hosts that another component of the same program has as well: two agents would take each other's place there. Those of which
 * something is not known yet are left out; a host's own mark tells of them, and of other programs', when it is reached.
 */
export function checkHostsOfProgram(whose: Whose, args: unknown): Problem[] {
  const hosts = hostsOfProgram();
  if (hosts === undefined) return [];
  return endpointsOf(sharedHosts(fieldsOf(args))).flatMap(({ path, endpoint }) => {
    const other = hosts.get(endpoint);
    if (other === undefined || (other.component === whose.component && other.name === whose.name)) {
      hosts.set(endpoint, { ...whose, path });
      return [];
    }
    return problem(
      path,
      `is the same host as ${other.path} of ${other.component} ${other.name}; a host has one agent`,
    );
  });
}

/** Those that stand in a network which other components know, too. */
const sharedHosts = (args: Fields) =>
  sources.filter(({ isShared }) => isShared).flatMap((source) => serversOf(args, source));

/**
 * A program is known by its engine, for in other languages the components of one are made by calls that have nothing else in common.
 * Without an engine, in tests that make what they like on the same hosts, there is none.
 */
function hostsOfProgram(): Hosts | undefined {
  const { getChannel } = runtime.getMonitor() as unknown as Partial<GrpcClient>;
  if (getChannel === undefined) return undefined;
  const engine = (runtime.getMonitor() as unknown as GrpcClient).getChannel().getTarget();
  const hosts = programs.get(engine) ?? new Map();
  programs.set(engine, hosts);
  return hosts;
}

interface GrpcClient {
  getChannel(): { getTarget(): string };
}
