import { isEverywhere, listeningOn } from "../cluster/listening";
import { type OwnSettings, ownSettings } from "../cluster/perServer";
import { namedHosts } from "../hosts/given";
import { clientSettings } from "../settings/client";
import { planned } from "../settings/planned";
import type { PlainClientArgs } from "./args";

/** What may come later than all else, from a cluster that is still to come up. */
type Late = "servers" | "gossipKey" | "tls" | "agentToken" | "aclDefaultPolicy";

/** Without what may come late. */
export type EarlyArgs = Omit<PlainClientArgs, Late | "cluster">;

/** One client of the plan. */
export interface ClientHostPlan {
  name: string;
  address: string;
  /** "" where the data stays. */
  wipeData: string;
  /** What it has of its own, laid over what all have. */
  own: OwnSettings;
}

/** The arguments with every default filled in: plain values, read by everything below. */
export type ClientPlan = ReturnType<typeof planClients>;

/** Fills in the defaults that `args.ts` promises. The arguments have passed validation before. */
export function planClients(args: EarlyArgs) {
  return {
    clients: namedHosts(args, "clients").map(
      (host): ClientHostPlan => ({
        name: host.name,
        address: host.address as string,
        wipeData: host.wipeData ?? "",
        own: ownSettings(host),
      }),
    ),
    ...planned(clientSettings, args),
    services: args.services ?? [],
  };
}

/** Where programs of a host reach what listens on these addresses; from elsewhere, where it listens for all. */
export function reachedAt(listening: string, host: string): string {
  const addresses = listeningOn(listening, host).split(/\s+/);
  return isEverywhere(addresses) || addresses.includes(host) ? host : (addresses[0] as string);
}
