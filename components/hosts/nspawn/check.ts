import ipaddr from "ipaddr.js";
import { canonicalAddress, parseAddress } from "../../validate/address";
import { checkGeneration } from "../../validate/generation";
import { checkFolder, checkPath, isInside } from "../../validate/paths";
import { type Problem, problem, show } from "../../validate/problem";
import type { ServerEntry } from "../../validate/servers";
import { each, type Fields, type Files, fieldsOf, optional, text } from "../../validate/values";
import { checkWipeData } from "../../validate/wipeData";

/** The defaults that `args.ts` promises, where another value is judged against them. */
export const NSPAWN_DEFAULTS = {
  gateway: "198.18.77.1/24",
  directory: "/var/lib/consul-cluster",
} as const;

/** Machines on this computer, beyond what is asked of every server. */
export function checkNspawn(nspawn: Fields, machines: ServerEntry[], files?: Files): Problem[] {
  return [
    ...each(nspawn, "nspawn", {
      image: onThisComputer(checkPath, "the image", files),
      bridge: optional(checkBridge),
      gateway: optional(checkGateway),
      directory: optional(checkFolder),
      user: optional(checkUser),
      share: optional(onThisComputer(checkFolder, "the folder", files)),
    }),
    ...checkShareApart(nspawn),
    ...machines.flatMap(({ path, entry, address }) => [
      ...optional(checkGeneration)(fieldsOf(entry).generation, `${path}.generation`),
      ...optional(checkWipeData)(fieldsOf(entry).wipeData, `${path}.wipeData`),
      ...checkInNetwork(address, `${path}.address`, nspawn.gateway),
    ]),
  ];
}

function onThisComputer(check: typeof checkPath, what: string, files: Files | undefined) {
  return (value: unknown, path: string): Problem[] => {
    const problems = check(value, path);
    return problems.length > 0 || typeof value !== "string" || (files?.exists(value) ?? true)
      ? problems
      : problem(path, `${what} ${show(value)} does not exist on this computer`);
  };
}

/** The kernel's rules for an interface's name, and ours for a text in a command. */
const checkBridge = text((bridge, path) => {
  // The kernel keeps settings for all and for new interfaces under these two names.
  if (["lo", "all", "default"].includes(bridge)) {
    return problem(path, `${show(bridge)} has a meaning of its own; give another name`);
  }
  return /^[A-Za-z][A-Za-z0-9_.-]{0,14}$/.test(bridge)
    ? []
    : problem(
        path,
        `${show(bridge)} is not an interface's name; give 1 to 15 letters, digits and \`_ . -\`, a letter first`,
      );
}, "the name of a bridge");

/** A CIDR, taken apart. */
function parseNetwork(value: unknown) {
  const match = typeof value === "string" ? /^([^/]+)\/(\d{1,3})$/.exec(value) : null;
  const address = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  const bits = address?.kind() === "ipv4" ? 32 : 128;
  return address !== undefined && prefix <= bits ? { address, prefix, bits } : undefined;
}

const checkGateway = text((gateway, path) => {
  const network = parseNetwork(gateway);
  if (network === undefined) {
    return problem(
      path,
      `${show(gateway)} is not an address with its prefix length; give one such as ${show(NSPAWN_DEFAULTS.gateway)}`,
    );
  }
  if (network.bits - network.prefix < 2 || network.prefix < 8) {
    return problem(path, `${show(gateway)} leaves no fitting room for machines; give a /24 or so`);
  }
  const reserved = reservedAddress(network.address.toString(), gateway);
  if (reserved !== undefined) {
    return problem(path, `${show(gateway)} is ${reserved}; give this computer's address in it`);
  }
  const range = network.address.range();
  return ["loopback", "multicast", "linkLocal", "unspecified"].includes(range)
    ? problem(path, `${show(gateway)} is a ${range} address; give one of a private network`)
    : [];
}, "an address with its prefix length");

/** What an address is in a network, if it is nobody's: its first, or its last with IPv4. */
function reservedAddress(address: string, gateway: string): string | undefined {
  const classes = gateway.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
  if (address === classes.networkAddressFromCIDR(gateway).toString()) {
    return "the address of the network itself";
  }
  return classes === ipaddr.IPv4 &&
    address === ipaddr.IPv4.broadcastAddressFromCIDR(gateway).toString()
    ? "the broadcast address of the network"
    : undefined;
}

function checkInNetwork(address: unknown, path: string, gateway: unknown): Problem[] {
  const cidr = gateway ?? NSPAWN_DEFAULTS.gateway;
  const network = parseNetwork(cidr);
  const parsed = typeof address === "string" ? parseAddress(address) : undefined;
  // A wrong gateway or address is told elsewhere.
  if (network === undefined || parsed === undefined || checkGateway(cidr, path).length > 0)
    return [];
  const shown = show(address);
  if (parsed.kind() !== network.address.kind() || !parsed.match(network.address, network.prefix)) {
    return problem(path, `${shown} is outside of the gateway's network ${show(cidr)}`);
  }
  if (canonicalAddress(address) === network.address.toString()) {
    return problem(path, `${shown} is the gateway's own address; give the machine another`);
  }
  const reserved = reservedAddress(parsed.toString(), cidr as string);
  return reserved === undefined ? [] : problem(path, `${shown} is ${reserved}; give another`);
}

/** Accounts that the image or this component has already, with a task of their own. */
const TAKEN_USERS = new Set(
  "consul bin daemon games backup irc list lp mail man messagebus news nobody proxy sshd sync sys uucp".split(
    " ",
  ),
);

/** What `useradd` takes. */
const checkUser = text((user, path) => {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    return problem(
      path,
      `${show(user)} is not a login name; give up to 32 lower-case letters, digits, \`_\` and \`-\``,
    );
  }
  if (user === "root") {
    return problem(path, '"root" is not made, it is there; give a user with sudo, such as "admin"');
  }
  return TAKEN_USERS.has(user) || user.startsWith("systemd-")
    ? problem(path, `${show(user)} is an account of the system; give another, such as "admin"`)
    : [];
});

/** The machines see the share: it must not hold the login key and the other machines' files. */
function checkShareApart({ share, directory = NSPAWN_DEFAULTS.directory }: Fields): Problem[] {
  if (typeof share !== "string" || typeof directory !== "string") return [];
  if (checkFolder(share, "").length > 0) return [];
  return isInside(directory, share)
    ? problem(
        "nspawn.share",
        `${show(share)} holds the folder ${show(directory)} of the machines and their login key; give another`,
      )
    : [];
}
