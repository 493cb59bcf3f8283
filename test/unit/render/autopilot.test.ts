// Autopilot's settings, in both forms: of the file that a new cluster begins with, and of the request that
// a running one is told with. Neither a reload nor a restart takes the file over.
//
// Does not prove that Consul takes the request as it is meant: the end-to-end tests read it back.

import { expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { type ClusterPlan, planCluster, type ServerPlan } from "../../../components/cluster/plan";
import { renderAutopilotRequest } from "../../../components/render/autopilot";
import { renderServerFiles } from "../../../components/render/server";
import { servers } from "./cases";

const three = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");

function planOf(extraConfig: PlainArgs["extraConfig"], existing = three): ClusterPlan {
  return planCluster({ existing, ...(extraConfig && { extraConfig }) });
}

function request(plan: ClusterPlan): unknown {
  return JSON.parse(renderAutopilotRequest(plan));
}

function filesOf(plan: ClusterPlan): Record<string, unknown> {
  const files = renderServerFiles(plan, plan.servers[0] as ServerPlan);
  const json = Object.entries(files).filter(([name]) => name.endsWith(".json"));
  return Object.fromEntries(json.map(([name, content]) => [name, JSON.parse(content)]));
}

// Consul's own defaults, of agent/config/default.go. Its API takes the whole of the settings at once: what
// a request leaves out would become zero, and servers that are dead would stay.
const unsaid = {
  CleanupDeadServers: true,
  LastContactThreshold: "200ms",
  MaxTrailingLogs: 250,
  ServerStabilizationTime: "10s",
};

test("where nothing is said the request says Consul's own defaults, and all of them", () => {
  expect(request(planOf(undefined))).toEqual({ ...unsaid, MinQuorum: 3 });
});

test.each([1, 3, 5, 7])("of %i servers none is thrown out while it restarts", (count) => {
  const addresses = Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}`);
  const plan = planOf(undefined, servers(...addresses));
  expect(request(plan)).toMatchObject({ MinQuorum: count });
  expect(filesOf(plan)["bootstrap.json"]).toMatchObject({ autopilot: { min_quorum: count } });
});

test("what is said goes before the defaults, in Consul's names of either place", () => {
  const autopilot = {
    cleanup_dead_servers: false,
    last_contact_threshold: "1s",
    max_trailing_logs: 9,
    redundancy_zone_tag: "zone",
  };
  const plan = planOf({ autopilot });
  expect(request(plan)).toEqual({
    CleanupDeadServers: false,
    LastContactThreshold: "1s",
    MaxTrailingLogs: 9,
    RedundancyZoneTag: "zone",
    ServerStabilizationTime: "10s",
    MinQuorum: 3,
  });
  const { "bootstrap.json": bootstrap, ...others } = filesOf(plan);
  expect(bootstrap).toEqual({ autopilot: { ...autopilot, min_quorum: 3 }, bootstrap_expect: 3 });
  // In a file that is read at every start they would mean a restart, and change nothing.
  for (const [name, content] of Object.entries(others)) {
    expect(content, name).not.toHaveProperty("autopilot");
  }
});

test("the request is one line: the script reads it off its stdin as one", () => {
  const plan = planOf({ autopilot: { redundancy_zone_tag: "a\nb" } });
  expect(renderAutopilotRequest(plan)).not.toContain("\n");
});
