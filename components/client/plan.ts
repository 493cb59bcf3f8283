import { isEverywhere, listeningOn } from "../cluster/listening";
import type { PlainClientArgs } from "./args";

/** What may come later than all else, from a cluster that is still to come up. */
export type Late = "servers" | "gossipKey" | "tls" | "agentToken" | "aclDefaultPolicy";

/** Without what may come late; that something is said of TLS and of a token is known from the beginning. */
export type EarlyArgs = Omit<PlainClientArgs, Late> & { tls?: object; agentToken?: string };

/** One client of the plan. */
export interface ClientHostPlan {
  name: string;
  address: string;
  /** "" where the data stays. */
  wipeData: string;
}

/** The arguments with every default filled in: plain values, read by everything below. */
export type ClientPlan = ReturnType<typeof planClients>;

/** Fills in the defaults that `args.ts` promises. The arguments have passed validation before. */
export function planClients(args: EarlyArgs) {
  const hosts = args.nspawn?.machines ?? args.existing?.hosts ?? [];
  return {
    clients: hosts.map(
      ({ name, address, wipeData }): ClientHostPlan => ({
        name,
        address,
        wipeData: wipeData ?? "",
      }),
    ),
    version: args.version ?? "1.22.0",
    mirror: (args.mirror ?? "https://releases.hashicorp.com/consul").replace(/\/+$/, ""),
    /** "" where the key is the vendor's, or in a file. */
    signingKey: args.signingKey ?? "",
    signingKeyFile: args.signingKeyFile ?? "",
    /** Empty where a signature is asked for. */
    sha256: args.sha256 ?? {},
    datacenter: args.datacenter ?? "dc1",
    domain: args.domain ?? "consul",
    configDir: args.configDir ?? "/etc/consul.d/client",
    dataDir: args.dataDir ?? "/var/consul",
    recursors: args.recursors ?? [],
    ports: {
      dns: args.ports?.dns ?? 8600,
      http: args.ports?.http ?? 8500,
      serfLan: args.ports?.serfLan ?? 8301,
    },
    addresses: {
      dns: args.addresses?.dns ?? "127.0.0.1",
      http: args.addresses?.http ?? "127.0.0.1",
    },
    environment: args.environment ?? {},
    services: args.services ?? [],
    extraConfig: args.extraConfig ?? {},
    removeData: args.removeData ?? true,
  };
}

/** Where programs of a host reach what listens on these addresses; from elsewhere, where it listens for all. */
export function reachedAt(listening: string, host: string): string {
  const addresses = listeningOn(listening, host).split(/\s+/);
  return isEverywhere(addresses) || addresses.includes(host) ? host : (addresses[0] as string);
}
