// The edges between the commands: what waits for what. They are the barrier, the sick first, and the chain.
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

const staging = ["reach", "release", "secrets", "config"];

function dependencies(cluster: Cluster, step: string): string[] {
  return cluster.get(`c-${step}`).dependencies;
}

/** Everything that a resource depends on, whatever is between them. */
function behind(cluster: Cluster, name: string, found = new Set<string>()): string[] {
  for (const other of cluster.get(name).dependencies) {
    if (!found.has(other)) behind(cluster, other, found.add(other));
  }
  return [...found];
}

describe.each([
  ["three machines", nspawn(), names(3)],
  ["three hosts", existing(), names(3)],
  ["seven hosts", existing(7), names(7)],
  ["one host", existing(1), names(1)],
])("%s", async (_, args, servers) => {
  const cluster = await clusterOf(args);
  const all = (step: string) => servers.map((name) => `c-${name}-${step}`);

  test.each(servers)("%s is staged in order: reach, release, secrets, config", (name) => {
    expect(dependencies(cluster, `${name}-release`)).toContain(`c-${name}-reach`);
    expect(dependencies(cluster, `${name}-secrets`)).toContain(`c-${name}-release`);
    expect(dependencies(cluster, `${name}-config`)).toContain(`c-${name}-secrets`);
  });

  test.each(servers)("%s is staged without waiting for another server", (name) => {
    const own = staging.map((step) => `c-${name}-${step}`);
    const given = [
      ...["machine", "wanted"].map((step) => `c-${name}-${step}`),
      ...["login-key", "gossip-key", "owner", "fixed-settings"].map((own) => `c-${own}`),
    ];
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

  test.each(servers)(
    "the sick first: %s is repaired once all are staged, and waits for nobody",
    (name) => {
      const foreign = dependencies(cluster, `${name}-repair`).filter(
        (other) => other !== `c-${name}-machine` && other !== "c-login-key",
      );
      // What it shall be is known by the key's label alone; whose host it is, by the owner's id.
      const made = ["c-gossip-key", "c-owner"];
      expect(foreign.filter((other) => !made.includes(other))).toEqual(all("config").sort());
      expect(dependencies(cluster, `${name}-activate`)).toEqual(
        expect.arrayContaining(all("repair")),
      );
    },
  );

  test.each(servers)(
    "no host of %s is reached before the fixed settings are seen to be the same",
    (name) => {
      expect(dependencies(cluster, `${name}-release`)).toContain("c-fixed-settings");
    },
  );

  test("chain: each activation waits for all before it in the arguments, and for none behind", () => {
    for (const [index, name] of servers.entries()) {
      const activations = dependencies(cluster, `${name}-activate`).filter((other) =>
        other.endsWith("-activate"),
      );
      expect(activations).toEqual(all("activate").slice(0, index));
    }
  });

  test.each(servers)("%s: a former server of this name has left before this one starts", (name) => {
    expect(dependencies(cluster, `${name}-activate`)).toContain(`c-${name}-departure`);
  });

  test("nobody leaves before every server has been staged, nor before its turn", () => {
    for (const [index, name] of servers.entries()) {
      const waitsFor = dependencies(cluster, `${name}-departure`).filter(
        (other) => !/-(machine|key|owner)$/.test(other),
      );
      const before = [...all("activate").slice(0, index), ...all("config"), ...all("repair")];
      expect(waitsFor).toEqual(before.sort());
    }
  });

  test("readiness is looked for after every activation", () => {
    expect(dependencies(cluster, "ready")).toEqual(expect.arrayContaining(all("activate")));
  });

  test("all of it is destroyed in the reverse order of the chain, the farewell before all", () => {
    expect(behind(cluster, "c-farewell").sort()).toEqual(
      cluster.commands
        .map(({ name }) => name)
        .filter((name) => name !== "c-farewell")
        .sort(),
    );
    for (const [index, name] of servers.entries()) {
      // Deleted is what depends before what it depends on.
      const later = behind(cluster, `c-${name}-departure`);
      expect(later.filter((other) => other.endsWith("-departure")).sort()).toEqual(
        all("departure").slice(0, index),
      );
      // Every host is there as long as somebody leaves: neighbours are asked to forget.
      expect(later).toEqual(expect.arrayContaining(all("release")));
    }
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

test("a machine's commands wait for the machine, and it for the login key and the guard", async () => {
  const cluster = await clusterOf(nspawn());
  expect(dependencies(cluster, "replacements")).toEqual(["c-fixed-settings"]);
  for (const name of names(3)) {
    // Noted before a server leaves for it: what comes of a run that is cut off shows by that.
    expect(dependencies(cluster, `${name}-machine`)).toEqual([
      `c-${name}-wanted`,
      "c-fixed-settings",
      "c-login-key",
      "c-login-key-files",
      "c-owner",
      "c-replacements",
    ]);
    for (const step of [...staging, "repair", "activate"]) {
      expect(dependencies(cluster, `${name}-${step}`)).toContain(`c-${name}-machine`);
    }
    // Over its neighbours, too: no machine goes before the last server has left.
    const machines = names(3).map((other) => `c-${other}-machine`);
    expect(dependencies(cluster, `${name}-departure`)).toEqual(expect.arrayContaining(machines));
  }
});
