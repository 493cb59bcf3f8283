import { namedHosts } from "../hosts/given";
import { settings } from "../settings";
import { type Planned, planned } from "../settings/planned";
import type { PlainArgs } from "./args";
import { type OwnSettings, ownSettings } from "./perServer";

/** One server of the plan: what is known of it before its host exists. */
export interface ServerPlan {
  name: string;
  address: string;
  /** "" where the data stays. */
  wipeData: string;
  /** What it has of its own, laid over what all have. */
  own: OwnSettings;
}

/** What holds for every server: known before there are hosts. */
export type ClusterSettings = Planned<typeof settings>;

/** The arguments with every default filled in: plain values, made once, read by everything below. */
export interface ClusterPlan extends ClusterSettings {
  servers: ServerPlan[];
}

/**
 * `addresses` are those of the hosts, in the order of the servers: needed where the arguments leave that to the
 * source of the hosts.
 */
export function planServers(args: PlainArgs, addresses: string[] = []): ServerPlan[] {
  return namedHosts(args, "servers").map((server, index) => ({
    name: server.name,
    address: (addresses[index] ?? server.address) as string,
    wipeData: server.wipeData ?? "",
    own: ownSettings(server),
  }));
}

/** The whole of it, where the arguments say all. */
export function planCluster(args: PlainArgs, addresses: string[] = []): ClusterPlan {
  return { ...planSettings(args), servers: planServers(args, addresses) };
}

/** Fills in the defaults that `args.ts` promises. The arguments have passed validation before. */
export function planSettings(args: PlainArgs): ClusterSettings {
  return planned(settings, args);
}

/** How many servers may fail while the rest still is a quorum: 1 of 3, 2 of 5, 3 of 7. */
export function faultTolerance(servers: number): number {
  return Math.max(0, Math.ceil(servers / 2) - 1);
}
