// Where secrets travel: only where the engine is told that they are, and only where they are needed.
//
// Does not prove what the engine, the plugin and the hosts do with them: the end-to-end tests look for the
// key in state, logs, process lists and journals.

import { isSecret, secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components";
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
import { occurrences } from "./support/values";

/** Everywhere in the requests of a program where a text stands. */
function places(cluster: Cluster, text: string) {
  return cluster.resources.flatMap(({ name, inputs, outputs }) =>
    [...occurrences(inputs, text, "inputs"), ...occurrences(outputs, text, "outputs")].map(
      ({ path, secret }) => ({ place: `${name} ${path}`, secret }),
    ),
  );
}

function expectSecretIn(cluster: Cluster, text: string, expected: string[]): void {
  const found = places(cluster, text);
  expect(found.filter(({ secret }) => !secret)).toEqual([]);
  expect(found.map(({ place }) => place).sort()).toEqual(expected.sort());
}

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
    ]);
  });

  test("is a secret output, and the only one", async () => {
    const { gossipKey, ...others } = cluster.resources[0]?.outputs ?? {};
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
    for (const { name, type, inputs } of cluster.resources) {
      if (!type.startsWith("command:")) continue;
      expect(typeof inputs.create, name).toBe("string");
      if (!name.endsWith("-secrets") && !name.endsWith("-key")) {
        expect(typeof inputs.stdin, name).toBe("string");
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

describe("private keys stand in connections alone, each in its own host's", () => {
  const steps = ["activate", "config", "release", "secrets"];
  const connections = (name: string) =>
    steps.map((step) => `c-${name}-${step} inputs.connection.privateKey`);

  test("of machines", async () => {
    const ready = "c-ready inputs.connection.privateKey";
    expectSecretIn(await clusterOf(nspawn()), heartOf(loginKey), [
      ...names(3).flatMap(connections),
      ready,
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
      "c-ready inputs.connection.privateKey",
    ]);
    expectSecretIn(cluster, heartOf(privateKey(1)), connections("consul-2"));
    expectSecretIn(cluster, heartOf(privateKey(2)), connections("consul-3"));
    const through = connections("consul-3").map((path) =>
      path.replace("privateKey", "proxy.privateKey"),
    );
    expectSecretIn(cluster, heartOf(privateKey(50)), through);
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
