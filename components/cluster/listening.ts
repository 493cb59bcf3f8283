import { hasHttps } from "../render/tls";
import { canonicalAddress, parseAddress } from "../validate/address";
import { hostPort } from "./plan";

/** Either one takes the port on every address of both families. */
export function isEverywhere(addresses: string[]): boolean {
  return addresses.some((address) => ["0.0.0.0", "::"].includes(address));
}

/** A word in the place of an address: that of the host itself, which is another one on each. */
export const OWN = "own";

/** The addresses to listen on, for the host at this one. */
export function listeningOn(listening: string, own: string): string {
  return listening.replace(/\S+/g, (address) => (address === OWN ? own : address));
}

/** The HTTP address at which the host at this address reaches its own agent. */
export function localApi(
  plan: { addresses: { http: string }; ports: { http: number } },
  own: string,
): string {
  const listening = listeningOn(plan.addresses.http, own).split(/\s+/);
  const isOnLoopback = isEverywhere(listening) || listening.includes("127.0.0.1");
  return `http://${hostPort(isOnLoopback ? "127.0.0.1" : (listening[0] as string), plan.ports.http)}`;
}

/** Whether what listens on these addresses, separated by spaces, is reached at a host's own one. */
export function listensAt(listening: string, own: string): boolean {
  const addresses = listeningOn(listening, own).split(/\s+/);
  return (
    isEverywhere(addresses) ||
    addresses.some((address) => canonicalAddress(address) === canonicalAddress(own))
  );
}

/**
 * Where others reach it: at the host's own address, or at one that is named; undefined where it listens on loopback
 * alone.
 */
function reachedByOthers(listening: string, own: string): string | undefined {
  if (listensAt(listening, own)) return own;
  return listening.split(/\s+/).find((address) => !isLoopback(address));
}

function isLoopback(address: string): boolean {
  return parseAddress(address)?.range() === "loopback";
}

interface Listening {
  ports: { http: number; https: number; dns: number };
  addresses: { http: string; https: string; dns: string };
  tls: { mode: string };
}

/** URLs of the HTTP API of these servers, as others reach it: HTTPS, where it is TLS that answers. */
export function httpAddressesOf({ ports, addresses, tls }: Listening, hosts: Reached[]): string[] {
  if (hasHttps(tls.mode) && ports.https > 0)
    return reached(hosts, addresses.https, ports.https).map((address) => `https://${address}`);
  return reached(hosts, addresses.http, ports.http).map((address) => `http://${address}`);
}

/** `address:port` of the DNS of these servers, as others reach it. */
export function dnsAddressesOf(
  { ports, addresses }: Pick<Listening, "ports" | "addresses">,
  hosts: Reached[],
): string[] {
  return ports.dns > 0 ? reached(hosts, addresses.dns, ports.dns) : [];
}

interface Reached {
  address: string;
}

function reached(hosts: Reached[], listening: string, port: number): string[] {
  return hosts.flatMap(({ address }) => {
    const at = reachedByOthers(listening, address);
    return at === undefined ? [] : [hostPort(at, port)];
  });
}
