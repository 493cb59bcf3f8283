import ipaddr from "ipaddr.js";
import { type Problem, problem, show } from "./problem";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * An address in the one spelling that every program reads alike. The library alone would also take
 * `10.1`, `0x7f.1` and `010.0.0.1`, which is 8.0.0.1 to some programs and 10.0.0.1 to others.
 */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  // A zone (%eth0) is true on one host only.
  return ipaddr.IPv6.isValid(text) && !text.includes("%") ? ipaddr.IPv6.parse(text) : undefined;
}

/** The same text for the same address, however it is spelled: `::ffff:10.0.0.1` is 10.0.0.1. */
export function canonicalAddress(value: unknown): string | undefined {
  const address = typeof value === "string" ? parseAddress(value) : undefined;
  if (address === undefined) return undefined;
  return (mapped(address) ?? address).toString();
}

/** The IPv4 address inside of one such as `::ffff:10.0.0.1`. */
function mapped(address: Address): ipaddr.IPv4 | undefined {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address()
    : undefined;
}

/** Why a text is not an IP address, with the way out. */
export function notAnAddress(value: string): string {
  const shown = show(value);
  if (/\/\d+$/.test(value)) return `${shown} is a network; give the address without "/..."`;
  if (value.includes("%")) return `${shown} names an interface; give the address without "%..."`;
  if (/^\d+(\.\d+){3}$/.test(value) && /(^|\.)0\d/.test(value))
    return `${shown} has a leading zero, which some programs read as octal; leave it off`;
  if (/^\d+(\.\d+){3}:\d+$/.test(value) || /^\[.*\]/.test(value))
    return `${shown} is more than an IP address; give it without port and brackets`;
  return `${shown} is not an IP address; give one such as "10.0.0.11"`;
}

const NOT_A_HOST: Record<string, string> = {
  unspecified: "stands for any address; give the server's own",
  multicast: "is a multicast address; give the server's own",
  broadcast: "is the broadcast address; give the server's own",
};

/** The address of one host that the others can reach. */
export function checkHostAddress(value: string, path: string, alone = false): Problem[] {
  const address = parseAddress(value);
  if (address === undefined) return problem(path, notAnAddress(value));
  const shown = show(value);
  const range = address.range();
  const inner = mapped(address);
  if (inner !== undefined) {
    return problem(path, `${shown} is IPv4 in IPv6 spelling; write ${show(inner.toString())}`);
  }
  if (range === "loopback") {
    return alone ? [] : problem(path, `${shown} is a loopback address; the others cannot reach it`);
  }
  if (range === "linkLocal" && address.kind() === "ipv6") {
    return problem(path, `${shown} is link-local and needs an interface; give a routed address`);
  }
  const reason = NOT_A_HOST[range];
  return reason === undefined ? [] : problem(path, `${shown} ${reason}`);
}
