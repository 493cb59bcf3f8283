// What a preview can say before anything exists: a reviewer reads the settings, not question marks.
//
// Does not prove how the engine draws it.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, names, nspawn, textOf } from "./support/clusters";
import { occurrences, Unknown } from "./support/values";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Nothing has run yet: no command has printed anything. */
const unknownOutputs = Object.fromEntries(
  [
    "c-gossip-key",
    "c-owner",
    "c-fixed-settings",
    "c-login-key",
    "c-replacements",
    "c-reach",
    "c-ready",
    "c-farewell",
    ...names(3).flatMap((name) =>
      ["machine", "reach", "release", "secrets", "config", "departure", "repair", "activate"].map(
        (step) => `c-${name}-${step}`,
      ),
    ),
  ].map((name) => [name, unknown]),
);

describe.each([
  ["machines", nspawn(), "no"],
  ["hosts", existing(), "yes"],
])("a preview of three new %s", (_, args, stays) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await clusterOf(args, { preview: true, stdout: unknownOutputs });
  });

  test("names every resource that an update makes", async () => {
    const made = await clusterOf(args);
    const all = ({ resources }: Cluster) => resources.map(({ name }) => name).sort();
    expect(cluster.errors).toEqual([]);
    expect(all(cluster)).toEqual(all(made));
  });

  test("shows each server's settings", async () => {
    const made = await clusterOf(args);
    for (const name of names(3)) {
      expect(textOf(cluster.get(`c-${name}-config`), "stdin")).toBe(
        textOf(made.get(`c-${name}-config`), "stdin"),
      );
    }
  });

  test("shows what each activation shall bring about, the key by its label alone", async () => {
    const made = await clusterOf(args);
    for (const name of names(3)) {
      const [shown, wanted] = [cluster, made].map((c) =>
        textOf(c.get(`c-${name}-activate`), "stdin"),
      );
      expect(shown).toBe(wanted);
      expect(shown).toMatch(/^secrets rotation-1$/m);
    }
  });

  test("shows how each server will leave", async () => {
    const made = await clusterOf(args);
    for (const name of names(3)) {
      const [shown, wanted] = [cluster, made].map((c) =>
        textOf(c.get(`c-${name}-departure`), "delete"),
      );
      expect(shown).toBe(wanted);
      expect(shown).toContain(` leave cluster=consul-cluster.test.c name=${name} `);
    }
    expect(textOf(cluster.get("c-farewell"), "delete")).toBe(
      `exec sh -s teardown cluster=consul-cluster.test.c name=c neighbours=consul-1,consul-2,consul-3 stays=${stays}`,
    );
  });

  test("does not make up what is not known", () => {
    expect(cluster.get("c-consul-1-secrets").inputs.stdin).toBeInstanceOf(Unknown);
    // It begins with the owner's id.
    expect(cluster.get("c-consul-1-release").inputs.stdin).toBeInstanceOf(Unknown);
    const remote = cluster.commands.filter(({ type }) => type.includes(":remote:"));
    const created = remote.map(({ inputs }) => inputs.create);
    expect(occurrences(created, "undefined")).toEqual([]);
  });

  test("knows the outputs that no host has to tell", () => {
    const { outputs } = cluster.get("c");
    expect(outputs).toMatchObject({ datacenter: "dc1", version: "1.22.0", faultTolerance: 1 });
    expect(outputs.httpAddresses).toHaveLength(3);
    expect(outputs.ready).toBeInstanceOf(Unknown);
    expect(outputs.servers).toBeInstanceOf(Unknown);
  });
});
