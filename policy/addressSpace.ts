import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/** First and last address, as numbers. */
type Range = [first: bigint, last: bigint];

const bits = { v4: 32, v6: 128 } as const;
export type Version = keyof typeof bits;

/** Addresses that nobody on the internet has. */
const notPublic = {
  v4: "10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16".split(" "),
  v6: "fc00::/7 fe80::/10".split(" "),
};

/** How many public addresses these networks hold together, what overlaps counted once. */
export function publicAddresses(cidrs: string[], version: Version): bigint {
  const wanted = cidrs.filter(
    (cidr) => ipaddr.isValidCIDR(cidr) && isIPv4Network(cidr) === (version === "v4"),
  );
  const all = union(wanted.map(range));
  const within = notPublic[version]
    .map(range)
    .flatMap((hidden) => all.flatMap((shown) => intersection(hidden, shown)));
  return sum(all) - sum(within);
}

function isIPv4Network(cidr: string): boolean {
  return isIPv4(cidr.split("/")[0] ?? "");
}

/** The addresses in a network of this prefix length. */
export function sizeOf(prefix: number, version: Version): bigint {
  return 1n << BigInt(bits[version] - prefix);
}

function range(cidr: string): Range {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const size = sizeOf(prefix, address.kind() === "ipv4" ? "v4" : "v6");
  const number = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const first = number - (number % size);
  return [first, first + size - 1n];
}

function union(ranges: Range[]): Range[] {
  const sorted = [...ranges].sort(([a], [b]) => ascending(a, b));
  const joined: Range[] = [];
  for (const [first, last] of sorted) {
    const before = joined.at(-1);
    if (before && first <= before[1] + 1n) before[1] = greatest(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

function intersection(a: Range, b: Range): Range[] {
  const first = greatest(a[0], b[0]);
  const last = least(a[1], b[1]);
  return first <= last ? [[first, last]] : [];
}

function sum(ranges: Range[]): bigint {
  return ranges.reduce((total, [first, last]) => total + last - first + 1n, 0n);
}

const ascending = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b));
const least = (...numbers: bigint[]) => numbers.sort(ascending)[0] as bigint;
const greatest = (...numbers: bigint[]) => numbers.sort(ascending).at(-1) as bigint;
