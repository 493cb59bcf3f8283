import type { ClientHostPlan, ClientPlan } from "../client/plan";
import { hostPort, listensAt, localApi } from "../cluster/listening";
import type { ClusterPlan, ServerPlan } from "../cluster/plan";
import { rollout } from "../settings/rollout";
import { parseDuration } from "../validate/duration";
import { tlsFacts } from "./tls";

/** The scripts on a host look for one another here: what is set, without a look into Consul's own files. */
type Facts = Record<string, string | number>;

/** The last line, for a file that is cut off says less than it should, and no more: host-lib/notes.sh. */
const END = "end=facts\n";

/** Consul's own limit for the age of a server's data: a week. */
const REJOIN_AGE = 7 * 24 * 3600;

export function renderServerFacts(plan: ClusterPlan, server: ServerPlan): string {
  const { ports, servers } = plan;
  const { raftMultiplier } = plan.performance;
  return lines({
    role: "server",
    ...common(plan, server),
    raft_address: hostPort(server.address, ports.server),
    serf_lan: ports.serfLan,
    serf_wan: ports.serfWan,
    servers: servers.length,
    rejoin_age_s: rejoinAge(plan.extraConfig.server_rejoin_age_max),
    // By name: never itself.
    peers: servers
      .filter(({ name }) => name !== server.name)
      .map(({ address }) => address)
      .join(","),
    acl: plan.acl.defaultPolicy,
    ...tlsFacts(plan, listensAt(plan.addresses.https, server.address)),
    ...limits(plan.rollout),
    ...(raftMultiplier !== 1 && { raft_multiplier: raftMultiplier }),
  });
}

const LIMITS = {
  healthTimeout: "health_timeout_s",
  snapshotTimeout: "snapshot_timeout_s",
  transferTimeout: "transfer_timeout_s",
  recoveryTimeout: "recovery_timeout_s",
} as const;

/** In seconds; the scripts know the defaults themselves, so nothing is staged anew for those. */
function limits(said: ClusterPlan["rollout"]): Facts {
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  return Object.fromEntries(
    names
      .filter((name) => said[name] !== rollout.rollout.group[name].default)
      .map((name) => [LIMITS[name], (parseDuration(said[name]) ?? 0) / 1e9]),
  );
}

/** `servers`: what it joins. */
export function renderClientFacts(
  plan: ClientPlan,
  client: ClientHostPlan,
  servers: string[],
): string {
  return lines({
    role: "client",
    ...common(plan, client),
    serf_lan: plan.ports.serfLan,
    peers: servers.join(","),
  });
}

function common(plan: ClusterPlan | ClientPlan, host: { name: string; address: string }): Facts {
  return {
    name: host.name,
    datacenter: plan.datacenter,
    domain: plan.domain,
    address: host.address,
    data_dir: plan.dataDir,
    config_dir: plan.configDir,
    api: localApi(plan, host.address),
    http_port: plan.ports.http,
    http_open: plan.ports.http > 0 && listensAt(plan.addresses.http, host.address) ? "yes" : "no",
  };
}

/** In seconds. What is no duration Consul refuses by itself. */
function rejoinAge(setting: unknown): number {
  const age = typeof setting === "string" ? parseDuration(setting) : undefined;
  return age === undefined ? REJOIN_AGE : Math.floor(age / 1e9);
}

function lines(facts: Facts): string {
  return Object.entries(facts)
    .map(([key, value]) => `${key}=${value}\n`)
    .concat(END)
    .join("");
}
