// Names are identity: what is changed, added or removed for one server touches no other.
//
// Does not prove how a running cluster grows or shrinks: another issue's work.

import { describe, expect, test } from "vitest";
import {
  type Cluster,
  clusterOf,
  existing,
  privateKey,
  type Server,
  servers,
  textOf,
} from "./support/clusters";

const five = servers(5);

function clusterOfServers(all: Server[]): Promise<Cluster> {
  return clusterOf({ existing: { servers: all } });
}

/** The settings of Consul in what is staged, without those that speak of the other servers. */
function ownSettings(cluster: Cluster, name: string): string {
  return textOf(cluster.get(`c-${name}-config`), "stdin")
    .replace(/"retry_join": \[[^\]]*\]/, "")
    .replace(/"(bootstrap_expect|min_quorum)": \d/g, "");
}

describe("of five servers the middle one and another are taken out", async () => {
  const staying = ["consul-1", "consul-4", "consul-5"];
  const before = await clusterOfServers(five);
  const after = await clusterOfServers(five.filter(({ name }) => staying.includes(name)));

  test("no resource of the others gets another name", () => {
    expect([...before.errors, ...after.errors]).toEqual([]);
    const gone = /-consul-[23](-|$)/;
    expect(after.resources.map(({ name, parent }) => `${parent} ${name}`).sort()).toEqual(
      before.resources
        .filter(({ name }) => !gone.test(name))
        .map(({ name, parent }) => `${parent} ${name}`)
        .sort(),
    );
  });

  test.each(staying)("%s: release and secrets stay as they are", (name) => {
    for (const step of ["release", "secrets"]) {
      expect(after.get(`c-${name}-${step}`)).toEqual(before.get(`c-${name}-${step}`));
    }
  });

  test.each(staying)("%s: of its settings only its neighbours change", (name) => {
    const [was, is] = [before, after].map((cluster) => cluster.get(`c-${name}-config`).inputs);
    expect({ ...is, stdin: "" }).toEqual({ ...was, stdin: "" });
    expect(is?.stdin).not.toBe(was?.stdin);
    expect(ownSettings(after, name)).toBe(ownSettings(before, name));
  });

  test("the gossip key stays", () => {
    expect(after.get("c-gossip-key")).toEqual(before.get("c-gossip-key"));
  });
});

test("another order of the same servers changes no input but the list of neighbours", async () => {
  const [one, two, three] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([one, two, three]);
  const after = await clusterOfServers([two, one, three]);
  for (const { name, inputs } of before.resources) {
    if (/-(release|secrets|key)$/.test(name)) expect(after.get(name).inputs, name).toEqual(inputs);
  }
});

describe("one host is reached in another way", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([first, second, third]);

  test.each([
    ["user", { user: "operator" }],
    ["port", { port: 2222 }],
    ["private key", { privateKey: privateKey(7) }],
    ["host name", { sshHost: "consul-2.example" }],
    ["bastion", { bastion: third.bastion }],
  ])("%s: nothing of the key, of the others and of the settings changes", async (_, change) => {
    const after = await clusterOfServers([first, { ...second, ...change }, third]);
    expect(after.errors).toEqual([]);
    const changed = after.resources.filter(
      ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs),
    );
    const steps = ["activate", "config", "release", "secrets"].map((step) => `c-consul-2-${step}`);
    expect(changed.map(({ name }) => name).sort()).toEqual(steps);
    for (const step of steps) {
      const { connection: _was, create: _a, delete: _b, ...was } = before.get(step).inputs;
      const { connection: _is, create: _c, delete: _d, ...is } = after.get(step).inputs;
      expect(is).toEqual(was);
    }
    expect(after.get("c-gossip-key")).toEqual(before.get("c-gossip-key"));
  });
});

test("nothing at all changes where nothing has changed", async () => {
  const [once, again] = [await clusterOf(existing()), await clusterOf(existing())];
  expect(again.resources).toEqual(once.resources);
});
