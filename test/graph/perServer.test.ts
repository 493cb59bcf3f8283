// What one server has of its own changes that one, and no other.
//
// Does not prove that Consul takes it over by a reload: test/unit/settings/table.test.ts says what is read off Consul's source.

import { describe, expect, test } from "vitest";
import { clientHosts, clientsAlone, type Program } from "./support/clients";
import { type Cluster, clusterOf, type Server, servers, textOf } from "./support/clusters";

function clusterWith(own: Partial<Server>): Promise<Cluster> {
  const all = servers().map((server) =>
    server.name === "consul-2" ? { ...server, ...own } : server,
  );
  return clusterOf({ existing: { servers: all } });
}

function changed(before: Cluster | Program, after: Cluster | Program): string[] {
  return after.resources
    .filter(
      ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs),
    )
    .map(({ name }) => name)
    .sort();
}

function linesThatDiffer(before: Cluster, after: Cluster): (string | undefined)[] {
  const [was, is] = [before, after].map((cluster) =>
    textOf(cluster.get("c-consul-2-activate"), "stdin").split("\n"),
  );
  return (is ?? []).filter((line, i) => line !== was?.[i]).map((line) => line.split(" ")[0]);
}

/** And the last look at all of them. */
const touched = ["activate", "config", "reach", "repair"]
  .map((step) => `c-consul-2-${step}`)
  .concat("c-reach", "c-ready");

describe("of three servers one has of its own", async () => {
  const plain = await clusterWith({});

  test.each<[string, Partial<Server>, string]>([
    ["node metadata: a reload", { nodeMeta: { rack: "r7" } }, "reloadable-settings"],
    ["an environment: a restart", { environment: { GOMAXPROCS: "2" } }, "restart-settings"],
    [
      "a setting that a reload takes over",
      { extraConfig: { log_level: "DEBUG" } },
      "reloadable-settings",
    ],
    ["a setting that needs a restart", { extraConfig: { telemetry: {} } }, "restart-settings"],
  ])("%s, of it alone", async (_, own, line) => {
    const after = await clusterWith(own);
    expect(after.errors).toEqual([]);
    expect(changed(plain, after)).toEqual(touched);
    expect(linesThatDiffer(plain, after)).toEqual([line]);
  });

  test("empty ones are as good as none", async () => {
    const after = await clusterWith({ nodeMeta: {}, environment: {}, extraConfig: {} });
    expect(changed(plain, after)).toEqual([]);
  });
});

test("of two client agents, too", async () => {
  const [first, second] = clientHosts();
  const hosts = [first, { ...second, nodeMeta: { rack: "r7" } }] as ReturnType<typeof clientHosts>;
  const [before, after] = [await clientsAlone(), await clientsAlone({ existing: { hosts } })];
  expect(after.errors).toEqual([]);
  expect(changed(before, after)).toEqual([
    "w-ready",
    ...["activate", "config", "reach"].map((step) => `w-web-2-${step}`),
  ]);
  expect(textOf(after.get("w-web-2-config"), "stdin")).toContain('"rack": "r7"');
});
