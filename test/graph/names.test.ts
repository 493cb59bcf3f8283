// Which resources there are, what they are called and whose they are: what a stack's state is made of. A
// name that changes here makes every user's cluster anew.
//
// Does not prove that the engine or the Command plugin takes them: no engine runs here.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, names, nspawn } from "./support/clusters";

const local = "command:local:Command";
const remote = "command:remote:Command";
const steps = ["activate", "config", "release", "secrets"];

function tree(cluster: Cluster): string[] {
  return cluster.resources
    .filter(({ type }) => type !== "pulumi:providers:command")
    .map(({ name, type, parent }) => `${parent ?? "-"} > ${name}: ${type}`)
    .sort();
}

const shared = [
  "- > c: consul-cluster:index:ConsulCluster",
  `c > c-gossip-key: ${local}`,
  `c > c-ready: ${remote}`,
  ...names(3).flatMap((name) => [
    `c > c-${name}: consul-cluster:index:ConsulServer`,
    ...steps.map((step) => `c-${name} > c-${name}-${step}: ${remote}`),
  ]),
];

describe("three machines", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await clusterOf(nspawn());
  });

  test("names, types and parents", () => {
    expect(cluster.errors).toEqual([]);
    const machines = names(3).map((name) => `c > c-${name}-machine: ${local}`);
    expect(tree(cluster)).toEqual([...shared, ...machines, `c > c-login-key: ${local}`].sort());
  });

  test("what runs on a machine goes with it, without a word to it", () => {
    for (const name of names(3)) {
      for (const step of steps) {
        expect(cluster.get(`c-${name}-${step}`).deletedWith).toBe(`c-${name}-machine`);
      }
    }
    expect(cluster.get("c-ready").deletedWith).toBe("c-consul-1-machine");
  });

  test("a machine, and nothing else, is replaced: the old one goes first", () => {
    const withTriggers = cluster.resources.filter(({ inputs }) => "triggers" in inputs);
    const machines = names(3).map((name) => `c-${name}-machine`);
    expect(withTriggers.map(({ name }) => name).sort()).toEqual(machines);
    const goingFirst = cluster.resources.filter(({ deleteBeforeReplace }) => deleteBeforeReplace);
    expect(goingFirst.map(({ name }) => name).sort()).toEqual(machines);
    expect(cluster.get("c-consul-1-machine").inputs.triggers).toEqual([1]);
  });

  test("the generation of one machine is the trigger of that one alone", async () => {
    const machines = names(3).map((name, i) => ({
      name,
      address: `198.18.77.${11 + i}`,
      ...(i === 1 && { generation: 2 }),
    }));
    const other = await clusterOf(nspawn({ machines }));
    const triggers = names(3).map((name) => other.get(`c-${name}-machine`).inputs.triggers);
    expect(triggers).toEqual([[1], [2], [1]]);
  });
});

describe("three hosts that exist", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await clusterOf(existing());
  });

  test("names, types and parents", () => {
    expect(cluster.errors).toEqual([]);
    expect(tree(cluster)).toEqual([...shared].sort());
  });

  test("nobody takes them away, and nothing on them is ever replaced", () => {
    for (const { name, deletedWith, inputs } of cluster.resources) {
      expect({ name, deletedWith, triggers: inputs.triggers }).toEqual({ name });
    }
  });
});

test.each([
  ["machines", nspawn()],
  ["hosts", existing()],
])("what a server leaves behind is taken back, %s", async (_, args) => {
  const cluster = await clusterOf(args);
  const onDelete = cluster.commands
    .filter(({ inputs }) => "delete" in inputs)
    .map(({ name }) => name);
  const onServers = names(3).flatMap((name) => [`c-${name}-activate`, `c-${name}-release`]);
  const made = args.nspawn ? ["c-login-key", ...names(3).map((name) => `c-${name}-machine`)] : [];
  expect(onDelete.sort()).toEqual([...onServers, ...made].sort());
});

test.each([
  ["machines", nspawn()],
  ["hosts", existing()],
])(
  "no change is ignored and no command but the key's has an update of its own, %s",
  async (_, args) => {
    const cluster = await clusterOf(args);
    expect(cluster.resources.filter(({ ignoreChanges }) => ignoreChanges.length > 0)).toEqual([]);
    const updates = cluster.commands.filter(({ inputs }) => "update" in inputs);
    expect(updates.map(({ name }) => name)).toEqual(["c-gossip-key"]);
  },
);

test("the caller's options reach the component, and what is inherited its children", async () => {
  const opts = { protect: true, aliases: [{ name: "old" }] };
  const cluster = await clusterOf(existing(), { opts });
  expect(cluster.errors).toEqual([]);
  expect(cluster.get("c").aliases).toBe(1);
  expect(cluster.resources.filter(({ isProtected }) => !isProtected)).toEqual([]);
});
