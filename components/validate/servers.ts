import type { Source } from "../hosts/source";
import sources from "../hosts/sources";
import { canonicalAddress } from "./address";
import { type Fields, fieldsOf, itemsOf } from "./values";

/** One server as the settings name it, whichever source it comes from. Unchecked. */
export interface ServerEntry {
  path: string;
  /** The entry itself, which may be no object at all. */
  entry: unknown;
  name: unknown;
  address: unknown;
}

/** How a source's list is called in these arguments: of client agents there may be another word. */
function listOf(args: Fields, { key, lists: { servers, clients } }: Source): string {
  const given = fieldsOf(args[key]);
  return clients !== undefined && given[servers] === undefined && given[clients] !== undefined
    ? clients
    : servers;
}

export function serversOf(args: Fields, source: Source): ServerEntry[] {
  const key = listOf(args, source);
  return itemsOf(fieldsOf(args[source.key])[key]).map((entry, index) => {
    const { name, address } = fieldsOf(entry);
    return { path: `${source.key}.${key}[${index}]`, entry, name, address };
  });
}

/** Every server of every source given. */
export function allServers(args: Fields): ServerEntry[] {
  return sources.flatMap((source) => serversOf(args, source));
}

/** The server that has this address, however either of them is spelled. */
export function serverAt(args: Fields, address: string): ServerEntry | undefined {
  const expected = canonicalAddress(address);
  return allServers(args).find(
    (server) => expected !== undefined && canonicalAddress(server.address) === expected,
  );
}
