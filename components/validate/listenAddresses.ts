import { isEverywhere, isSocket, OWN } from "../cluster/listening";
import { listening } from "../settings/listening";
import { canonicalAddress, notAnAddress, parseAddress } from "./address";
import { type Problem, problem, show } from "./problem";
import { allServers, serverAt } from "./servers";
import { checkSocket } from "./sockets";
import { each, type Fields, object, optional, repeats, text } from "./values";

/** The addresses that DNS and HTTP listen on; the same text for every server. `sockets`: HTTP may listen on one, too. */
export function checkListenAddresses(args: Fields, sockets = false): Problem[] {
  const check = (takes: boolean) =>
    optional(
      text(
        (value, path) => checkList(args, value, { path, sockets: takes }),
        'IP addresses or "own", with spaces between them',
      ),
    );
  const names = Object.keys(listening.addresses.group);
  const checks = Object.fromEntries(names.map((name) => [name, check(sockets && name === "http")]));
  return optional(object((addresses) => each(addresses, "addresses", checks)))(
    args.addresses,
    "addresses",
  );
}

interface Place {
  path: string;
  /** Whether a unix socket may stand there. */
  sockets: boolean;
}

function checkList(args: Fields, value: string, { path, sockets }: Place): Problem[] {
  if (value.trim() === "") return problem(path, `${show(value)} holds no IP address; give one`);
  if (value.trim() !== value)
    return problem(path, `${show(value)} has a space at its end or start`);
  const all = value.split(/ +/);
  const found = sockets ? all.filter(isSocket) : [];
  const parts = all.filter((part) => !found.includes(part));
  return [
    ...found.flatMap((socket) => checkSocket(socket, path)),
    ...(found.length > 1 ? problem(path, "names more than one socket; give one") : []),
    ...parts.flatMap((part) => checkOne(args, part, parts, path)),
    ...repeats(parts, placeOf).flatMap(({ item }) =>
      problem(path, `${show(item)} stands there twice; give it once`),
    ),
    ...checkWildcards(parts, path),
  ];
}

function checkOne(args: Fields, part: string, parts: string[], path: string): Problem[] {
  if (part === OWN) return [];
  const address = parseAddress(part);
  if (address === undefined) return problem(path, notAnAddress(part));
  if (["multicast", "broadcast"].includes(address.range())) {
    return problem(path, `${show(part)} is not the address of one host`);
  }
  const owner = serverAt(args, part);
  if (owner !== undefined && parts.includes(OWN))
    return problem(path, `${show(part)} is what "${OWN}" stands for; give one of the two`);
  return owner === undefined || allServers(args).length < 2
    ? []
    : problem(
        path,
        `${show(part)} is the address of ${owner.path} alone, the others cannot listen there; ` +
          'give "own", which is each one\'s own',
      );
}

/** The same for two spellings of one address. */
function placeOf(part: string): string | undefined {
  return part === OWN ? part : canonicalAddress(part);
}

/** Either wildcard takes the port on every address of both families, so that nothing fits beside it. */
function checkWildcards(parts: string[], path: string): Problem[] {
  const known = [...new Set(parts.flatMap((part) => placeOf(part) ?? []))];
  const wildcard = known.find((part) => isEverywhere([part]));
  return known.length < 2 || wildcard === undefined
    ? []
    : problem(path, `${show(wildcard)} takes every address already; give it alone`);
}
