import sources from "../hosts/sources";
import { endpointsOf } from "../hosts/ssh/endpoints";
import { type Problem, problem } from "../validate/problem";
import { serversOf } from "../validate/servers";
import { type Fields, fieldsOf } from "../validate/values";
import { OfProgram } from "./program";
import type { Whose } from "./refusal";

/** Who has an agent on a host, by where SSH finds the host. */
type Hosts = Map<string, Whose & { path: string }>;

const known = new OfProgram((): Hosts => new Map());

/**
 * Hosts that another component of the same program has as well: two agents would take each other's place there. Those of which
 * something is not known yet are left out; a host's own mark tells of them, and of other programs', when it is reached.
 */
export function checkHostsOfProgram(whose: Whose, args: unknown): Problem[] {
  const hosts = known.get();
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
