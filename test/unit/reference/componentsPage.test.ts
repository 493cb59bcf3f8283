// The page of inputs and outputs has all that the components have, each once.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedFiles } from "../../../reference/files";

const root = join(__dirname, "../../..");
const page = generatedFiles()["docs/components.md"] as string;
const schema = JSON.parse(readFileSync(join(root, "components/schema.json"), "utf8"));

const rowsBelow = (heading: string, until: string) =>
  (page.split(heading)[1]?.split(until)[0] ?? "")
    .match(/^\| `\w+`/gm)
    ?.map((row) => row.slice(3, -1));

test.each([
  ["ConsulCluster", "## ConsulCluster\n", "## ConsulClient"],
  ["ConsulClient", "## ConsulClient\n", "Its inputs:"],
])("all outputs of %s", (component, heading, until) => {
  const { properties } = schema.resources[`consul-cluster:index:${component}`];
  expect(rowsBelow(heading, until)?.sort()).toEqual(Object.keys(properties).sort());
});

test("all inputs of ConsulClient, and those of its groups, each once", () => {
  const { inputProperties } = schema.resources["consul-cluster:index:ConsulClient"];
  expect(rowsBelow("Its inputs:", "\n### ")?.sort()).toEqual(Object.keys(inputProperties).sort());
  for (const section of page.split("\n### ").slice(1)) {
    const names = section.match(/^\| `\w+`/gm) ?? [];
    expect(new Set(names).size, section.split("\n", 1)[0]).toBe(names.length);
  }
});
