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

/** The list of servers in each source of hosts. */
export const SERVER_LISTS = { nspawn: "machines", existing: "servers", aws: "servers" } as const;
export type Source = keyof typeof SERVER_LISTS;
export const SOURCES = Object.keys(SERVER_LISTS) as Source[];

/** Of client agents they are not called servers. */
function listOf(args: Fields, source: Source): string {
  const { servers, hosts } = fieldsOf(args[source]);
  return source === "existing" && servers === undefined && hosts !== undefined
    ? "hosts"
    : SERVER_LISTS[source];
}

export function serversOf(args: Fields, source: Source): ServerEntry[] {
  const key = listOf(args, source);
  return itemsOf(fieldsOf(args[source])[key]).map((entry, index) => {
    const { name, address } = fieldsOf(entry);
    return { path: `${source}.${key}[${index}]`, entry, name, address };
  });
}

/** Every server of every source given. */
export function allServers(args: Fields): ServerEntry[] {
  return SOURCES.flatMap((source) => serversOf(args, source));
}

/** The server that has this address, however either of them is spelled. */
export function serverAt(args: Fields, address: string): ServerEntry | undefined {
  const expected = canonicalAddress(address);
  return allServers(args).find(
    (server) => expected !== undefined && canonicalAddress(server.address) === expected,
  );
}
