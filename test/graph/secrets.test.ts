// Where secrets travel: only where the engine is told that they are, and only where they are needed.
//
// Does not prove what the engine, the plugin and the hosts do with them: the end-to-end tests look for the
// key in state, logs, process lists and journals.

import { isSecret, secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import {
  type Cluster,
  clusterOf,
  existing,
  givenKey,
  heartOf,
  loginKey,
  madeKey,
  names,
  nspawn,
  privateKey,
  servers,
} from "./support/clusters";
import { expectSecretIn, places } from "./support/places";
import { Secret } from "./support/values";

/** Where in the inputs of the commands a secret begins. */
function secretInputs(cluster: Cluster): string[] {
  const begins = (value: unknown, path: string): string[] => {
    if (value instanceof Secret) return [path];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, member]) => begins(member, `${path}.${key}`));
  };
  return cluster.commands.flatMap(({ name, inputs }) => begins(inputs, name)).sort();
}

/** A connection is one as a whole: what is made of a secret travels as one. */
const remoteSteps = ["activate", "config", "release", "repair", "secrets"];
const expectedSecrets = [
  ...names(3).flatMap((name) => [
    ...remoteSteps.map((step) => `c-${name}-${step}.connection`),
    `c-${name}-secrets.stdin`,
    // How to reach every server, with the keys.
    `c-${name}-departure.stdin`,
    `c-${name}-reach.stdin`,
  ]),
  "c-ready.connection",
  "c-reach.stdin",
  "c-farewell.stdin",
].sort();

const withGivenKey = (args: ConsulClusterArgs) => ({ ...args, gossipKey: givenKey });

describe.each([
  ["made, machines", () => nspawn(), madeKey],
  ["made, hosts", () => existing(), madeKey],
  ["given, machines", () => withGivenKey(nspawn()), givenKey],
  ["given, hosts", () => withGivenKey(existing()), givenKey],
  ["given as a secret", () => ({ ...existing(), gossipKey: secret(givenKey) }), givenKey],
])("the gossip key, %s", async (_, args, key) => {
  const cluster = await clusterOf(args);

  test("stands in the stdin that stages it and in the component's output, as a secret", () => {
    expect(cluster.errors).toEqual([]);
    expectSecretIn(cluster, key, [
      ...names(3).map((name) => `c-${name}-secrets inputs.stdin`),
      "c outputs.gossipKey",
      "c outputs.clientSettings.gossipKey",
    ]);
  });

  test("is a secret output, and the only one beside the same in clientSettings", async () => {
    const { gossipKey, clientSettings: _, ...others } = cluster.resources[0]?.outputs ?? {};
    expect(gossipKey).toEqual({ value: key });
    expect(Object.keys(others).length).toBeGreaterThan(5);
    const component = cluster.result;
    if (!component) throw new Error("the program made no component");
    expect(await isSecret(component.gossipKey)).toBe(true);
    for (const name of Object.keys(others) as (keyof typeof component)[]) {
      expect(await isSecret(component[name] as never), name).toBe(false);
    }
  });

  test("what a reviewer reads is not secret: settings, activations, commands", () => {
    const copied = cluster.commands.filter(({ name }) => name === "c-login-key-files");
    const all = [...expectedSecrets, ...copied.map(({ name }) => `${name}.stdin`)];
    expect(secretInputs(cluster)).toEqual(all.sort());
    for (const { name, inputs } of cluster.commands) {
      for (const text of ["create", "update", "delete"]) {
        if (text in inputs) expect(typeof inputs[text], `${name}.${text}`).toBe("string");
      }
    }
  });
});

test("the output of whatever makes or stages a secret is secret, and not logged", async () => {
  const cluster = await clusterOf(nspawn());
  const quiet = ["c-gossip-key", "c-login-key", ...names(3).map((name) => `c-${name}-secrets`)];
  for (const name of quiet) {
    const both = expect.arrayContaining(["stdout", "stderr"]);
    expect(cluster.get(name).additionalSecretOutputs, name).toEqual(both);
    expect(cluster.get(name).inputs.logging, name).toBe("none");
  }
});

describe("private keys stand in connections and looks, each in its own host's, and in every departure's stdin", () => {
  const connections = (name: string) => [
    ...remoteSteps.map((step) => `c-${name}-${step} inputs.connection.privateKey`),
    `c-${name}-reach inputs.stdin`,
  ];
  const first = ["c-ready inputs.connection.privateKey", "c-reach inputs.stdin"];
  const departures = [...names(3).map((name) => `c-${name}-departure`), "c-farewell"].map(
    (name) => `${name} inputs.stdin`,
  );

  test("of machines", async () => {
    expectSecretIn(await clusterOf(nspawn()), heartOf(loginKey), [
      ...names(3).flatMap(connections),
      ...departures,
      ...first,
      // The copy for people.
      "c-login-key-files inputs.stdin",
    ]);
  });

  test.each([
    ["plain", existing()],
    ["secret", withSecretKeys()],
  ])("of hosts, given as %s", async (_, args) => {
    const cluster = await clusterOf(args);
    expect(cluster.errors).toEqual([]);
    expectSecretIn(cluster, heartOf(privateKey(0)), [
      ...connections("consul-1"),
      ...departures,
      ...first,
    ]);
    for (const [name, id] of [
      ["consul-2", 1],
      ["consul-3", 2],
    ] as const) {
      const key = heartOf(privateKey(id));
      expectSecretIn(cluster, key, [...connections(name), ...departures]);
    }
    const through = connections("consul-3").map((path) =>
      path.replace("privateKey", "proxy.privateKey"),
    );
    expectSecretIn(cluster, heartOf(privateKey(50)), [...through, ...departures]);
    // Not one more input is secret because of them: a preview still shows the settings.
    expect(typeof cluster.get("c-consul-1-config").inputs.stdin).toBe("string");
  });
});

function withSecretKeys(): ConsulClusterArgs {
  const all = servers().map((server) => ({
    ...server,
    privateKey: server.privateKey && secret(server.privateKey),
  }));
  return { existing: { servers: all } };
}

test("another argument that is a secret stays one in everything that is rendered from it", async () => {
  const token = "a-value-that-nobody-may-see";
  const cluster = await clusterOf(() => ({ ...existing(), environment: { PROXY: secret(token) } }));
  expect(cluster.errors).toEqual([]);
  expectSecretIn(
    cluster,
    token,
    names(3).map((name) => `c-${name}-config inputs.stdin`),
  );
});

test("the search finds what it looks for: a plain key would not go unseen", async () => {
  const cluster = await clusterOf({
    ...existing(),
    extraConfig: { node_meta: { note: givenKey } },
  });
  expect(places(cluster, givenKey).filter(({ secret }) => !secret)).toHaveLength(3);
});
