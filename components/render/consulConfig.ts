import type { ClusterPlan, ServerPlan } from "../plan";
import { isObject, merge, renderJson } from "./json";

/**
 * Settings that Consul takes over on `consul reload` (agent/agent.go, reloadConfigInternal). They stand in
 * a file of their own, so that a host tells a reload from a restart by comparing files. Of `limits` it
 * takes over these alone: the others are read once, and a reload would leave them as they were.
 */
const reloadable = new Set([
  "config_entries",
  "discard_check_output",
  "dns_config",
  "limits.http_max_conns_per_client",
  "limits.request_limits",
  "limits.rpc_client_timeout",
  "limits.rpc_max_burst",
  "limits.rpc_max_conns_per_client",
  "limits.rpc_rate",
  "log_level",
  "node_meta",
  "raft_snapshot_interval",
  "raft_snapshot_threshold",
  "raft_trailing_logs",
  "recursors",
  "reporting",
  "check",
  "checks",
  "service",
  "services",
  "watches",
]);

/** The configuration files of one server, as Consul reads them, without the secret ones. */
export interface ConsulConfig {
  /** What needs a restart. */
  server: string;
  /** What a reload takes over. */
  reloadable: string;
  /** What a server reads only while its cluster does not exist yet. */
  bootstrap: string;
}

export function renderConsulConfig(plan: ClusterPlan, server: ServerPlan): ConsulConfig {
  const whole = merge(merge(unlessSaidOtherwise, plan.extraConfig), managed(plan, server));
  return {
    server: renderJson(part(whole, false)),
    reloadable: renderJson(part(whole, true)),
    bootstrap: renderBootstrap(plan),
  };
}

type Settings = Record<string, unknown>;

/** What a reload takes over, or what it does not; Consul puts an object that is divided together again. */
function part(settings: Settings, reloads: boolean, above = ""): Settings {
  const entries = Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
    const setting = above + key;
    if (setting === "limits" && isObject(value) && Object.keys(value).length > 0) {
      const limits = part(value, reloads, "limits.");
      return Object.keys(limits).length > 0 ? [[key, limits]] : [];
    }
    return reloadable.has(setting) === reloads ? [[key, value]] : [];
  });
  return Object.fromEntries(entries);
}

/** Not among the arguments, and yet better than Consul's default; `extraConfig` may say otherwise. */
const unlessSaidOtherwise = {
  // A server in production does not call home within half a minute of its start.
  disable_update_check: true,
};

/** The keys that arguments govern; `validate/` refuses them in `extraConfig`. */
function managed(plan: ClusterPlan, server: ServerPlan): Record<string, unknown> {
  return {
    node_name: server.name,
    bind_addr: server.address,
    advertise_addr: server.address,
    datacenter: plan.datacenter,
    domain: plan.domain,
    data_dir: plan.dataDir,
    server: true,
    enable_syslog: plan.enableSyslog,
    ui_config: { enabled: plan.ui },
    performance: { raft_multiplier: plan.raftMultiplier },
    dns_config: { allow_stale: plan.allowStale, max_stale: plan.maxStale },
    // Never itself: joining oneself succeeds, ends the retries, and splits the cluster for good.
    retry_join: plan.servers
      .filter(({ name }) => name !== server.name)
      .map(({ address }) => address),
    retry_interval: plan.retryInterval,
    skip_leave_on_interrupt: plan.skipLeaveOnInterrupt,
    leave_on_terminate: plan.leaveOnTerminate,
    rejoin_after_leave: plan.rejoinAfterLeave,
    ports: {
      dns: plan.ports.dns,
      http: plan.ports.http,
      https: plan.ports.https,
      grpc: plan.ports.grpc,
      grpc_tls: plan.ports.grpcTls,
      server: plan.ports.server,
      serf_lan: plan.ports.serfLan,
      serf_wan: plan.ports.serfWan,
    },
    addresses: { dns: plan.addresses.dns, http: plan.addresses.http },
    recursors: plan.recursors,
  };
}

/**
 * `min_quorum` is read at the first bootstrap alone, as `bootstrap_expect` is: without it autopilot
 * throws out a voter that merely restarts.
 */
function renderBootstrap(plan: ClusterPlan): string {
  return renderJson({
    bootstrap_expect: plan.servers.length,
    autopilot: { min_quorum: plan.servers.length },
  });
}

/** The file with the secret settings. */
export function renderSecrets(gossipKey: string): string {
  return renderJson({ encrypt: gossipKey });
}
