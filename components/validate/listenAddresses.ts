import { isEverywhere, OWN } from "../cluster/listening";
import { canonicalAddress, notAnAddress, parseAddress } from "./address";
import { type Problem, problem, show } from "./problem";
import { allServers, serverAt } from "./servers";
import { each, type Fields, object, optional, repeats, text } from "./values";

/** The addresses that DNS and HTTP listen on; the same text for every server. */
export function checkListenAddresses(args: Fields): Problem[] {
  const check = optional(
    text(
      (value, path) => checkList(args, value, path),
      'IP addresses or "own", with spaces between them',
    ),
  );
  return optional(
    object((addresses) => each(addresses, "addresses", { dns: check, http: check, https: check })),
  )(args.addresses, "addresses");
}

function checkList(args: Fields, value: string, path: string): Problem[] {
  if (value.trim() === "") return problem(path, `${show(value)} holds no IP address; give one`);
  if (value.trim() !== value)
    return problem(path, `${show(value)} has a space at its end or start`);
  const parts = value.split(/ +/);
  return [
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
