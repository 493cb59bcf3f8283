// The gossip key is made once. The two scripts of its command run here as the Command plugin runs them.
//
// Does not prove that the plugin hands the old output on: a line of the conformance tests does.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Cluster, clusterOf, existing, givenKey, textOf } from "./support/clusters";

let made: Promise<Cluster> | undefined;

function cluster(): Promise<Cluster> {
  made ??= clusterOf(existing());
  return made;
}

async function run(input: "create" | "update", previous?: string) {
  const command = (await cluster()).get("c-gossip-key");
  const [program, ...args] = command.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  return spawnSync(program, [...args, textOf(command, input)], { env, encoding: "utf8" });
}

test("it is made of 32 random bytes", async () => {
  const [one, other] = [await run("create"), await run("create")];
  expect(one.status).toBe(0);
  expect(Buffer.from(one.stdout, "base64")).toHaveLength(32);
  expect(Buffer.from(one.stdout, "base64").toString("base64")).toBe(one.stdout);
  expect(other.stdout).not.toBe(one.stdout);
});

test("a later run of its command says the same again", async () => {
  const { status, stdout } = await run("update", givenKey);
  expect({ status, stdout }).toEqual({ status: 0, stdout: givenKey });
});

test("a later run without it fails, and makes no other", async () => {
  for (const previous of [undefined, ""]) {
    const { status, stdout, stderr } = await run("update", previous);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("hand the cluster's key in as gossipKey");
  }
});

test("its command has no input that anything could change", async () => {
  const { inputs, dependencies } = (await cluster()).get("c-gossip-key");
  expect(Object.keys(inputs).sort()).toEqual(["create", "interpreter", "logging", "update"]);
  expect(dependencies).toEqual([]);
  const other = await clusterOf({
    ...existing(5),
    version: "1.21.5",
    datacenter: "other",
    dataDir: "/srv/consul",
    environment: { A: "1" },
  });
  expect(other.get("c-gossip-key").inputs).toEqual(inputs);
});

test("a key that is handed in makes no command", async () => {
  const { resources } = await clusterOf({ ...existing(), gossipKey: givenKey });
  expect(resources.map(({ name }) => name)).not.toContain("c-gossip-key");
});

test("another key changes what is staged and activated on every server, and says so", async () => {
  const other = await clusterOf({ ...existing(), gossipKey: givenKey });
  for (const name of ["consul-1", "consul-2", "consul-3"]) {
    const [was, is] = [await cluster(), other].map((c) =>
      textOf(c.get(`c-${name}-activate`), "stdin"),
    );
    const changed = is?.split("\n").filter((line, i) => line !== was?.split("\n")[i]);
    expect(changed).toEqual([expect.stringMatching(/^secrets [0-9a-f]{12}$/)]);
  }
});
