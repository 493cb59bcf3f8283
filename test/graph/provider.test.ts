// What programs in other languages run: the components behind the committed schema.
//
// Does not prove that an engine calls it so: test/e2e/13-languages.test.ts does, from YAML and from Python.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inputs } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { providerOf } from "../../components/provider";
import { existing, names, readyText } from "./support/clusters";
import { record } from "./support/recorder";

const schema = readFileSync(join(__dirname, "../../components/schema.json"), "utf8");
const { resources } = JSON.parse(schema);
const provider = providerOf(schema);

const construct = (type: string, inputs: Inputs) =>
  provider.construct?.("c", `consul-cluster:index:${type}`, inputs, {});

test("it has the schema's version, and says the schema", () => {
  expect(provider).toMatchObject({ schema, version: JSON.parse(schema).version });
});

test("it makes a component, and hands on every output of it", async () => {
  let made: ReturnType<typeof construct>;
  const program = () => {
    made = construct("ConsulCluster", existing() as Inputs);
    return made as never;
  };
  const { resources: registered, errors } = await record(program, {
    stdout: (name) => (name.endsWith("-ready") ? readyText(names(3)) : ""),
  });
  const { properties } = resources["consul-cluster:index:ConsulCluster"];
  const { state } = (await made) as { state: Inputs };
  expect(Object.keys(state)).toEqual(Object.keys(properties));
  expect(Object.values(state)).not.toContain(undefined);
  expect(registered.map(({ name }) => name)).toContain("c-consul-3-activate");
  expect(errors).toEqual([]);
});

test("what it has not is refused by name", async () => {
  await expect(construct("ConsulClusters", {})).rejects.toThrow(
    /has no consul-cluster:index:ConsulClusters: .*ConsulClient, .*ConsulCluster/,
  );
});
