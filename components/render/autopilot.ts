import type { ClusterPlan } from "../cluster/plan";
import { isObject } from "./json";

/**
 * Autopilot's settings, in the names of Consul's configuration files. `min_quorum` is the number of servers:
 * with less, autopilot throws out a voter that merely restarts.
 */
export function autopilotSettings(plan: ClusterPlan): Record<string, unknown> {
  const { autopilot } = plan.extraConfig;
  return { ...(isObject(autopilot) && autopilot), min_quorum: plan.servers.length };
}

/** Consul's own defaults: its API takes the whole of the settings, and what is left out becomes zero. */
const defaults = {
  cleanup_dead_servers: true,
  last_contact_threshold: "200ms",
  max_trailing_logs: 250,
  server_stabilization_time: "10s",
};

/**
 * The same as Consul's API takes them, in one line. Files are read for this only while there is no cluster
 * yet, neither a reload nor a restart takes them over.
 */
export function renderAutopilotRequest(plan: ClusterPlan): string {
  const settings = Object.entries({ ...defaults, ...autopilotSettings(plan) });
  return JSON.stringify(Object.fromEntries(settings.map(([key, value]) => [pascal(key), value])));
}

function pascal(key: string): string {
  return key.replace(/(^|_)([a-z])/g, (_, _before, letter: string) => letter.toUpperCase());
}
