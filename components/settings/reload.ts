import { settings } from "./index";
import { rowsOf } from "./setting";

/**
 * Keys that Consul takes over on `consul reload` (agent/agent.go, reloadConfigInternal) and that are no argument's: they stand
 * in `extraConfig`, or are rendered from something else. Of `limits` it takes over these alone: the others are read
 * once, and a reload would leave them as they were.
 */
const others = [
  "config_entries",
  "discard_check_output",
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
  "reporting",
  "check",
  "checks",
  "service",
  "services",
  "watches",
];

/** An object that Consul takes over in part; any other is taken over as a whole, or not at all. */
export const DIVIDED = "limits";

/** In Consul's own names: `dns_config`, `limits.rpc_rate`. They stand in a file of their own, see render/consulConfig.ts. */
export const RELOADABLE: ReadonlySet<string> = new Set([
  ...others,
  ...rowsOf(settings).flatMap(({ row: { consul, reload } }) =>
    consul === undefined || !reload ? [] : [divided(consul)],
  ),
]);

function divided(key: string): string {
  return key.startsWith(`${DIVIDED}.`) ? key : key.replace(/\..*/, "");
}
