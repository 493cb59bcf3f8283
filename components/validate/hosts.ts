import { faultTolerance } from "../cluster/plan";
import { sourcesOf } from "../hosts/given";
import type { Role, Source } from "../hosts/source";
import { listed } from "../listed";
import { canonicalAddress, checkHostAddress, parseAddress } from "./address";
import { checkServerName } from "./names";
import { type Problem, problem, show } from "./problem";
import { type ServerEntry, serversOf } from "./servers";
import {
  type Check,
  each,
  type Fields,
  type Files,
  isFields,
  list,
  object,
  optional,
  repeats,
  text,
} from "./values";

const MAX_SERVERS = 7;

/** Servers against the failures they survive: why an even number buys nothing. */
const TOLERANCE_TABLE = [
  "servers  failures tolerated",
  ...[1, 3, 5, 7].map((servers) => `   ${servers}     ${faultTolerance(servers)}`),
].join("\n");

/** Where the hosts come from, how many there are, that each is another one, and what their source asks of them. */
export function checkHosts(args: Fields, role: Role, files?: Files): Problem[] {
  const given = sourcesOf(role).filter(({ key }) => args[key] !== undefined);
  return [
    ...checkChoice(given, role),
    ...given.flatMap((source) => checkSource(args, source, role)),
    ...given.flatMap((source) => checkGiven(args, source, files)),
  ];
}

function checkChoice(given: Source[], role: Role): Problem[] {
  if (given.length === 1) return [];
  const all = sourcesOf(role);
  const each = all.map(({ key, what }) => `\`${key}\` (${what})`);
  const choice = `exactly one of ${listed(each)}`;
  if (given.length === 0) return nothingToMake(keysOf(all), `none of them is set; give ${choice}`);
  const many = all.length === 2 ? "both" : given.length;
  return nothingToMake(keysOf(given), `${many} of them are set; give ${choice}`);
}

const keysOf = (some: Source[]) => some.map(({ key }) => key).join(", ");

/** Of no host, or of those of two sources, no resource is made, whatever else is still to come. */
const nothingToMake = (path: string, message: string): Problem[] => [
  { path, message, isShape: true },
];

/** What each role asks of the list of its hosts. */
const COUNTS: Record<Role, (list: string) => Check> = {
  servers: (name) => list(checkCount, `a list of 1, 3, 5 or 7 ${name}`),
  clients: (name) => list(checkSome, `a list of ${name}`),
};

function checkSource(args: Fields, source: Source, role: Role): Problem[] {
  const name = source.lists[role] ?? "";
  const hosts = serversOf(args, source);
  return [
    ...object((fields, path) => each(fields, path, { [name]: COUNTS[role](name) }))(
      args[source.key],
      source.key,
    ),
    ...hosts.flatMap((host) => checkServer(host, source, role === "servers" && hosts.length === 1)),
    ...checkRepeats(hosts),
    ...checkFamilies(hosts),
  ];
}

/** Beyond what is asked of every host. That it is an object at all is told above. */
function checkGiven(args: Fields, source: Source, files?: Files): Problem[] {
  const given = args[source.key];
  return isFields(given) ? (source.check?.(given, serversOf(args, source), files) ?? []) : [];
}

const checkSome = (hosts: unknown[], path: string): Problem[] =>
  hosts.length > 0 ? [] : nothingToMake(path, "holds no host; give one at least");

function checkCount(servers: unknown[], path: string): Problem[] {
  const count = servers.length;
  if (count % 2 === 1 && count <= MAX_SERVERS) return [];
  const reason =
    count === 0
      ? "no server; a cluster needs one at least"
      : count > MAX_SERVERS
        ? `${count} servers; with more than ${MAX_SERVERS} every write gets slower`
        : `${count} servers, an even number; they survive as many failures as ${count - 1}: ${faultTolerance(count)}`;
  const message = `${reason}; give 1, 3, 5 or 7`;
  const found = count === 0 ? nothingToMake(path, message) : problem(path, message);
  return found.map((one) => ({ ...one, note: TOLERANCE_TABLE }));
}

function checkServer({ path, entry }: ServerEntry, source: Source, alone: boolean): Problem[] {
  const address = text(
    (value, where) => checkHostAddress(value, where, alone),
    "the IP address of the server",
  );
  return object((fields) =>
    each(fields, path, {
      name: checkServerName,
      address: source.givesAddresses ? optional(address) : address,
    }),
  )(entry, path);
}

function checkRepeats(servers: ServerEntry[]): Problem[] {
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
function checkFamilies(servers: ServerEntry[]): Problem[] {
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
