import { hasHttps } from "../settings/tlsModes";
import { canonicalAddress, parseAddress } from "../validate/address";

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

/** What a unix socket begins with in the place of an address, before its path. */
export const SOCKET = "unix://";

export function isSocket(address: string): boolean {
  return address.startsWith(SOCKET);
}

/** The path of the socket among these addresses; undefined where there is none. */
export function socketPath(listening: string): string | undefined {
  return listening.split(/\s+/).find(isSocket)?.slice(SOCKET.length);
}

/** The IP addresses among these, for the host at this one. */
export function ipsOf(listening: string, own: string): string[] {
  return listeningOn(listening, own)
    .split(/\s+/)
    .filter((address) => !isSocket(address));
}

interface OwnListening {
  ports: { http: number; https?: number };
  addresses: { http: string; https?: string };
}

/** Where the host at this address asks its own agent: over HTTP, or over HTTPS where that is off. */
export function localApi({ ports, addresses }: OwnListening, own: string): string {
  if (ports.http < 0)
    return `https://${hostPort(nearest(addresses.https ?? "", own), ports.https ?? -1)}`;
  const at = nearest(addresses.http, own);
  return isSocket(at) ? at : `http://${hostPort(at, ports.http)}`;
}

/** Of what is listened on: loopback, a socket, or else the first address. */
function nearest(listening: string, own: string): string {
  const places = listeningOn(listening, own).split(/\s+/);
  const isOnLoopback = isEverywhere(places) || places.includes("127.0.0.1");
  return isOnLoopback ? "127.0.0.1" : (places.find(isSocket) ?? (places[0] as string));
}

/** Whether what listens on these addresses, separated by spaces, is reached at a host's own one. */
export function listensAt(listening: string, own: string): boolean {
  const addresses = ipsOf(listening, own);
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
  return ipsOf(listening, own).find((address) => !isLoopback(address));
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

/** `host:port`, with the brackets that an IPv6 address needs. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
