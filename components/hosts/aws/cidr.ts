import ipaddr from "ipaddr.js";
import { parseAddress } from "../../validate/address";
import { type Problem, problem, show } from "../../validate/problem";
import { type Check, list, repeats, text } from "../../validate/values";

/** A list of networks. `closed`: what must not be open to everybody, whoever asks for it. */
export function checkCidrs(closed?: string): Check {
  const check = text(
    (cidr, path) => checkCidr(cidr, path, closed),
    'a network such as "10.0.0.0/16"',
  );
  return list((cidrs, path) => [
    ...cidrs.flatMap((cidr, index) => check(cidr, `${path}[${index}]`)),
    ...repeats(
      cidrs.map((cidr, index) => ({ cidr, path: `${path}[${index}]` })),
      ({ cidr }) => (typeof cidr === "string" ? cidr : undefined),
    ).flatMap(({ item, first }) =>
      problem(item.path, `${show(item.cidr)} stands in ${first.path} already`),
    ),
  ]);
}

function checkCidr(cidr: string, path: string, closed: string | undefined): Problem[] {
  const [address = "", prefix = "", ...more] = cidr.split("/");
  const parsed = parseAddress(address);
  const bits = parsed?.kind() === "ipv4" ? 32 : 128;
  if (
    parsed === undefined ||
    more.length > 0 ||
    !/^(0|[1-9]\d{0,2})$/.test(prefix) ||
    +prefix > bits
  ) {
    return problem(
      path,
      `${show(cidr)} is not a network; give an address and a prefix length, such as "10.0.0.0/16"`,
    );
  }
  if (prefix === "0" && closed !== undefined) {
    return problem(
      path,
      `${show(cidr)} opens ${closed} to everybody; give the networks that need it`,
    );
  }
  const classes = parsed.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = classes.networkAddressFromCIDR(cidr).toString();
  return first === parsed.toString()
    ? []
    : problem(path, `${show(cidr)} is an address inside of a network; give "${first}/${prefix}"`);
}
