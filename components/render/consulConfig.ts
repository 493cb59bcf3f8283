import type { ClusterPlan, ServerPlan } from "../cluster/plan";
import { settings } from "../settings";
import { DIVIDED, RELOADABLE } from "../settings/reload";
import { inConsulsNames } from "../settings/written";
import { type RenderedAcl, renderAclSettings } from "./acl";
import { autopilotSettings } from "./autopilot";
import { isObject, merge, renderJson } from "./json";
import { renderTlsSettings } from "./tls";

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
  const whole = merge(merge(overridableDefaults, extra), managed(plan, server));
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
 * Settings as two files, so that a host tells a reload from a restart by comparing files: what is read at a start only, and
 * what a reload takes over as well. `more`: settings that need a restart here, whatever Consul itself would take over.
 */
export function renderDivided(
  whole: Settings,
  more: Settings = {},
): { restarting: string; reloadable: string } {
  return {
    restarting: renderJson({ ...part(whole, false), ...more }),
    reloadable: renderJson(part(whole, true)),
  };
}

/** What a reload takes over, or what it does not; Consul puts an object that is divided together again. */
function part(whole: Settings, reloads: boolean, above = ""): Settings {
  const entries = Object.entries(whole).flatMap(([key, value]): [string, unknown][] => {
    const setting = above + key;
    if (setting === DIVIDED && isObject(value) && Object.keys(value).length > 0) {
      const inside = part(value, reloads, `${DIVIDED}.`);
      return Object.keys(inside).length > 0 ? [[key, inside]] : [];
    }
    return RELOADABLE.has(setting) === reloads ? [[key, value]] : [];
  });
  return Object.fromEntries(entries);
}

/** Not among the arguments, and yet better than Consul's default; `extraConfig` may say otherwise. */
const overridableDefaults = {
  // A server in production does not call home within half a minute of its start.
  disable_update_check: true,
};

/** The keys that arguments govern; `validate/` refuses them in `extraConfig`. */
function managed(plan: ClusterPlan, server: ServerPlan): Settings {
  return {
    node_name: server.name,
    bind_addr: server.address,
    advertise_addr: server.address,
    server: true,
    ...inConsulsNames(settings, plan, server.address),
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
