// The edges between the commands: what waits for what. They are the barrier and the chain.
//
// Does not prove what happens between two edges: that nothing starts too early is seen in the lab's journals.

import { describe, expect, test } from "vitest";
import {
  type Cluster,
  clusterOf,
  existing,
  names,
  nspawn,
  type Server,
  servers,
} from "./support/clusters";

const staging = ["release", "secrets", "config"];

function dependencies(cluster: Cluster, step: string): string[] {
  return cluster.get(`c-${step}`).dependencies;
}

describe.each([
  ["three machines", nspawn(), names(3)],
  ["three hosts", existing(), names(3)],
  ["seven hosts", existing(7), names(7)],
  ["one host", existing(1), names(1)],
])("%s", async (_, args, servers) => {
  const cluster = await clusterOf(args);
  const all = (step: string) => servers.map((name) => `c-${name}-${step}`);

  test.each(servers)("%s is staged in order: release, secrets, config", (name) => {
    expect(dependencies(cluster, `${name}-secrets`)).toContain(`c-${name}-release`);
    expect(dependencies(cluster, `${name}-config`)).toContain(`c-${name}-secrets`);
  });

  test.each(servers)("%s is staged without waiting for another server", (name) => {
    const own = staging.map((step) => `c-${name}-${step}`);
    const given = [`c-${name}-machine`, "c-login-key", "c-gossip-key"];
    for (const step of staging) {
      const foreign = dependencies(cluster, `${name}-${step}`).filter(
        (other) => ![...own, ...given].includes(other),
      );
      expect(foreign).toEqual([]);
    }
  });

  test.each(servers)("barrier: %s is activated after every server has been staged", (name) => {
    expect(dependencies(cluster, `${name}-activate`)).toEqual(
      expect.arrayContaining(all("config")),
    );
  });

  test("chain: each activation waits for all before it in the arguments, and for none behind", () => {
    for (const [index, name] of servers.entries()) {
      const activations = dependencies(cluster, `${name}-activate`).filter((other) =>
        other.endsWith("-activate"),
      );
      expect(activations).toEqual(all("activate").slice(0, index));
    }
  });

  test("readiness is looked for after every activation", () => {
    expect(dependencies(cluster, "ready")).toEqual(expect.arrayContaining(all("activate")));
  });

  test("the gossip key waits for nothing", () => {
    expect(dependencies(cluster, "gossip-key")).toEqual([]);
  });
});

test("the chain follows the order of the arguments, not that of the names", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const cluster = await clusterOf({ existing: { servers: [third, first, second] } });
  const before = (name: string) =>
    dependencies(cluster, `${name}-activate`).filter((other) => other.endsWith("-activate"));
  expect(before("consul-3")).toEqual([]);
  expect(before("consul-1")).toEqual(["c-consul-3-activate"]);
  expect(before("consul-2")).toEqual(["c-consul-1-activate", "c-consul-3-activate"]);
});

test("a machine's commands wait for the machine, and it for the login key", async () => {
  const cluster = await clusterOf(nspawn());
  for (const name of names(3)) {
    expect(dependencies(cluster, `${name}-machine`)).toEqual(["c-login-key"]);
    for (const step of [...staging, "activate"]) {
      expect(dependencies(cluster, `${name}-${step}`)).toContain(`c-${name}-machine`);
    }
  }
});
