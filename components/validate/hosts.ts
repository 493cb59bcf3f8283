import { faultTolerance } from "../cluster/plan";
import { canonicalAddress, checkHostAddress, parseAddress } from "./address";
import { checkServerName } from "./names";
import { type Problem, problem, show } from "./problem";
import { SERVER_LISTS, type ServerEntry, SOURCES, type Source, serversOf } from "./servers";
import { each, type Fields, list, object, optional, repeats, text } from "./values";

const MAX_SERVERS = 7;

/** Servers against the failures they survive: why an even number buys nothing. */
const TOLERANCE_TABLE = [
  "servers  failures tolerated",
  ...[1, 3, 5, 7].map((servers) => `   ${servers}     ${faultTolerance(servers)}`),
].join("\n");

/** Where the hosts come from, how many there are, and that each is another one. */
export function checkHosts(args: Fields): Problem[] {
  return [
    ...checkSources(args),
    ...SOURCES.filter((source) => args[source] !== undefined).flatMap((source) =>
      checkSource(args, source),
    ),
  ];
}

function checkSources(args: Fields): Problem[] {
  const given = SOURCES.filter((source) => args[source] !== undefined);
  if (given.length === 1) return [];
  const choice =
    "exactly one of `nspawn` (machines on this computer), `existing` (your hosts) and `aws` (EC2)";
  return given.length === 0
    ? problem(SOURCES.join(", "), `none of them is set; give ${choice}`)
    : problem(given.join(", "), `${given.length} of them are set; give ${choice}`);
}

function checkSource(args: Fields, source: Source): Problem[] {
  const key = SERVER_LISTS[source];
  const servers = serversOf(args, source);
  return [
    ...object((fields) =>
      each(fields, source, { [key]: list(checkCount, `a list of 1, 3, 5 or 7 ${key}`) }),
    )(args[source], source),
    ...servers.flatMap((server) => checkServer(server, source, servers.length === 1)),
    ...checkRepeats(servers),
    ...checkFamilies(servers),
  ];
}

function checkCount(servers: unknown[], path: string): Problem[] {
  const count = servers.length;
  if (count % 2 === 1 && count <= MAX_SERVERS) return [];
  const reason =
    count === 0
      ? "no server; a cluster needs one at least"
      : count > MAX_SERVERS
        ? `${count} servers; with more than ${MAX_SERVERS} every write gets slower`
        : `${count} servers, an even number; they survive as many failures as ${count - 1}: ${faultTolerance(count)}`;
  return [{ path, message: `${reason}; give 1, 3, 5 or 7`, note: TOLERANCE_TABLE }];
}

export function checkServer(
  { path, entry }: ServerEntry,
  source: Source,
  alone: boolean,
): Problem[] {
  const address = text(
    (value, where) => checkHostAddress(value, where, alone),
    "the IP address of the server",
  );
  return object((fields) =>
    each(fields, path, {
      name: checkServerName,
      // A subnet has addresses to give.
      address: source === "aws" ? optional(address) : address,
    }),
  )(entry, path);
}

export function checkRepeats(servers: ServerEntry[]): Problem[] {
  // DNS takes upper and lower case for the same.
  const names = repeats(servers, ({ name }) =>
    typeof name === "string" ? name.toLowerCase() : undefined,
  );
  const addresses = repeats(servers, ({ address }) => canonicalAddress(address));
  return [
    ...names.flatMap(({ item, first }) =>
      problem(`${item.path}.name`, `${show(item.name)} is the name of ${first.path} already`),
    ),
    ...addresses.flatMap(({ item, first }) =>
      problem(
        `${item.path}.address`,
        `${show(item.address)} is the address of ${first.path} already`,
      ),
    ),
  ];
}

/** A server bound to an IPv4 address cannot talk to one bound to an IPv6 address. */
export function checkFamilies(servers: ServerEntry[]): Problem[] {
  const known = servers.flatMap(({ path, address }) => {
    const parsed = typeof address === "string" ? parseAddress(address) : undefined;
    return parsed === undefined ? [] : [{ path, address, family: parsed.kind() }];
  });
  const first = known[0];
  return known.flatMap(({ path, address, family }) =>
    first === undefined || family === first.family
      ? []
      : problem(
          `${path}.address`,
          `${show(address)} and ${show(first.address)} of ${first.path} are of different families; ` +
            "give all servers IPv4 or all IPv6 addresses",
        ),
  );
}
