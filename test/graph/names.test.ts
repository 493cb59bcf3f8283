// Which resources there are, what they are called and whose they are: what a stack's state is made of. A
// name that changes here makes every user's cluster anew.
//
// Does not prove that the engine or the Command plugin takes them: no engine runs here.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, names, nspawn } from "./support/clusters";

const local = "command:local:Command";
const remote = "command:remote:Command";
const steps = ["activate", "config", "release", "repair", "secrets"];

function tree(cluster: Cluster): string[] {
  return cluster.resources
    .filter(({ type }) => type !== "pulumi:providers:command")
    .map(({ name, type, parent }) => `${parent ?? "-"} > ${name}: ${type}`)
    .sort();
}

const shared = [
  "- > c: consul-cluster:index:ConsulCluster",
  `c > c-gossip-key: ${local}`,
  `c > c-owner: ${local}`,
  `c > c-fixed-settings: ${local}`,
  `c > c-reach: ${local}`,
  `c > c-ready: ${remote}`,
  `c > c-farewell: ${local}`,
  ...names(3).flatMap((name) => [
    `c > c-${name}: consul-cluster:index:ConsulServer`,
    `c-${name} > c-${name}-departure: ${local}`,
    `c-${name} > c-${name}-reach: ${local}`,
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
    const own = ["login-key", "login-key-files", "replacements"].map(
      (name) => `c > c-${name}: ${local}`,
    );
    const machines = names(3).flatMap((name) =>
      ["machine", "wanted"].map((step) => `c > c-${name}-${step}: ${local}`),
    );
    expect(tree(cluster)).toEqual([...shared, ...own, ...machines].sort());
  });

  test("a machine and its server's departure, and nothing else but a note before, are replaced: the old one goes first", () => {
    expectReplaced(cluster, ["departure", "machine", "wanted"]);
    expect(cluster.get("c-consul-1-wanted").inputs.triggers).toEqual(["1@198.18.77.11"]);
    expect(cluster.get("c-consul-1-machine").inputs.triggers).toEqual([1, "198.18.77.11"]);
    // Nothing but the machine itself tells that it is another one.
    expect(cluster.get("c-consul-1-departure").inputs.triggers).toEqual(["machine-0"]);
  });

  test("generation and address of one machine are the triggers of that one alone", async () => {
    const machines = [
      { name: "consul-1", address: "198.18.77.11" },
      { name: "consul-2", address: "198.18.77.12", generation: 2 },
      { name: "consul-3", address: "198.18.77.33" },
    ];
    const other = await clusterOf(nspawn({ machines }));
    const triggers = names(3).map((name) => other.get(`c-${name}-machine`).inputs.triggers);
    expect(triggers).toEqual([
      [1, "198.18.77.11"],
      [2, "198.18.77.12"],
      [1, "198.18.77.33"],
    ]);
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

  test("nothing on them is ever replaced: another address is a departure from the old one", () => {
    expectReplaced(cluster, ["departure"]);
    const triggers = names(3).map((name) => cluster.get(`c-${name}-departure`).inputs.triggers);
    expect(triggers).toEqual([["10.0.0.11"], ["10.0.0.12"], ["10.0.0.13"]]);
  });
});

/** Of every server these resources have triggers, and are deleted before they are made again; no others. */
function expectReplaced(cluster: Cluster, kinds: string[]): void {
  const all = names(3).flatMap((name) => kinds.map((kind) => `c-${name}-${kind}`));
  const withTriggers = cluster.resources.filter(({ inputs }) => "triggers" in inputs);
  expect(withTriggers.map(({ name }) => name).sort()).toEqual(all);
  const goingFirst = cluster.resources.filter(({ deleteBeforeReplace }) => deleteBeforeReplace);
  // A note may stand twice, and one is there before the machine goes.
  const once = all.filter((name) => !name.endsWith("-wanted"));
  expect(goingFirst.map(({ name }) => name).sort()).toEqual(once);
}

test.each([
  ["machines", nspawn()],
  ["hosts", existing()],
])(
  "what was made is taken back, and nothing goes unasked with something else, %s",
  async (_, args) => {
    const cluster = await clusterOf(args);
    const onDelete = cluster.commands
      .filter(({ inputs }) => "delete" in inputs)
      .map(({ name }) => name);
    const leaving = ["c-farewell", ...names(3).map((name) => `c-${name}-departure`)];
    const made = args.nspawn
      ? ["c-login-key-files", ...names(3).map((name) => `c-${name}-machine`)]
      : [];
    expect(onDelete.sort()).toEqual([...leaving, ...made].sort());
    // A server whose machine is deleted has to leave its cluster all the same.
    expect(cluster.resources.filter(({ deletedWith }) => deletedWith !== undefined)).toEqual([]);
  },
);

test.each([
  [
    "machines",
    nspawn(),
    ["c-fixed-settings", "c-gossip-key", "c-login-key", "c-owner", "c-replacements"],
  ],
  ["hosts", existing(), ["c-fixed-settings", "c-gossip-key", "c-owner"]],
])(
  "no change is ignored, and only what knows its last words has an update of its own, %s",
  async (_, args, updated) => {
    const cluster = await clusterOf(args);
    const ignoring = cluster.resources.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    // What made the machines' key is never to make another.
    expect(ignoring.map(({ name }) => name)).toEqual(args.nspawn ? ["c-login-key"] : []);
    const updates = cluster.commands.filter(({ inputs }) => "update" in inputs);
    expect(updates.map(({ name }) => name).sort()).toEqual(updated);
  },
);

test("the caller's options reach the component, and what is inherited its children", async () => {
  const opts = { protect: true, aliases: [{ name: "old" }] };
  const cluster = await clusterOf(existing(), { opts });
  expect(cluster.errors).toEqual([]);
  expect(cluster.get("c").aliases).toBe(1);
  expect(cluster.resources.filter(({ isProtected }) => !isProtected)).toEqual([]);
});
