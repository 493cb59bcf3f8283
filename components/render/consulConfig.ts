import { listeningOn } from "../cluster/listening";
import type { ClusterPlan, ServerPlan } from "../cluster/plan";
import { type RenderedAcl, renderAclSettings } from "./acl";
import { autopilotSettings } from "./autopilot";
import { isObject, merge, renderJson } from "./json";
import { hasHttps, renderTlsSettings } from "./tls";

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
  /** Whom to join: read at every start, and of no interest to a server that runs. */
  neighbours: string;
  /** What a server reads only while its cluster does not exist yet. */
  bootstrap: string;
}

export function renderConsulConfig(plan: ClusterPlan, server: ServerPlan): ConsulConfig {
  // Autopilot's settings live in the cluster, not in files: see autopilot.ts.
  const { autopilot: _, ...extra } = plan.extraConfig;
  const whole = merge(merge(unlessSaidOtherwise, extra), managed(plan, server));
  const tls = renderTlsSettings(plan);
  return {
    server: renderJson({ ...part(whole, false), ...tls.restarting }),
    reloadable: renderJson({ ...part(whole, true), ...tls.reloadable }),
    neighbours: renderNeighbours(plan, server),
    bootstrap: renderBootstrap(plan),
  };
}

type Settings = Record<string, unknown>;

/**
 * Settings as two files: what is read at a start only, and what a reload takes over as well. `more`: settings that need a
 * restart here, whatever Consul itself would take over.
 */
export function renderDivided(
  settings: Settings,
  more: Settings = {},
): { restarting: string; reloadable: string } {
  return {
    restarting: renderJson({ ...part(settings, false), ...more }),
    reloadable: renderJson(part(settings, true)),
  };
}

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
    addresses: {
      dns: listeningOn(plan.addresses.dns, server.address),
      // Nothing listens there with HTTPS alone.
      ...(plan.ports.http > 0 && { http: listeningOn(plan.addresses.http, server.address) }),
      ...(hasHttps(plan.tls.mode) && {
        https: listeningOn(plan.addresses.https, server.address),
      }),
    },
    recursors: plan.recursors,
    ...renderAclSettings(plan.acl.defaultPolicy),
  };
}

/** A file of its own, so that a server that joins or leaves restarts nobody. */
function renderNeighbours(plan: ClusterPlan, server: ServerPlan): string {
  // Never itself: joining oneself succeeds, ends the retries, and splits the cluster for good.
  const others = plan.servers.filter(({ name }) => name !== server.name);
  return renderJson({ retry_join: others.map(({ address }) => address) });
}

/** Read while the cluster does not exist yet. */
function renderBootstrap(plan: ClusterPlan): string {
  return renderJson({
    bootstrap_expect: plan.servers.length,
    autopilot: autopilotSettings(plan),
  });
}

/** The file with the secret settings. */
export function renderSecrets(gossipKey: string, acl?: RenderedAcl): string {
  return renderJson({
    encrypt: gossipKey,
    ...(acl && { acl: { tokens: acl.settings } }),
  });
}
