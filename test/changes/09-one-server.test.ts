import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { projectFolder, runFolder } from "../../lab/system/project";
import { testMachines } from "../support/machines";
import { keepsItsPromise } from "../support/promise";
import { nspawnSettings, TestStack } from "../support/stack";
import { StackApi } from "../support/stackApi";
import { secured } from "../support/way";

// A cluster of one: nobody to hand over to, nobody to wait for. It is down while it restarts, and keeps its data.
//
// TLS without ACLs is here: made, changed and destroyed.

const addresses = { single: "198.18.77.84" };
const base = nspawnSettings(addresses, secured ? { tls: {} } : {});
let stack = new TestStack("single", base);
const api = () => new StackApi(stack, addresses.single);

/** The program of a stack whose component is called otherwise. */
const program = join(runFolder, "renamed");

afterAll(async () => {
  await stack.destroy();
  await stack.forget();
  rmSync(program, { recursive: true, force: true });
});

test("it is made, changed by a restart, and changed by a rotation", async () => {
  await stack.up();
  await api().put("/v1/kv/kept", "value");
  const restart = { ...base, environment: { GOMAXPROCS: "1" } };
  // It is its own quorum: until it has elected itself again there is nobody to write to.
  await keepsItsPromise(stack, addresses, restart, { says: "restart", gap: 20_000 });
  const rotation = { ...restart, gossip: { rotation: 2 } };
  await keepsItsPromise(stack, addresses, rotation, { says: "rotation" });
  await stack.up("--expect-no-changes");
  expect(await api().get<string[]>("/v1/kv/kept?keys")).toEqual(["kept"]);
});

test("its stack is renamed: its owner's name alone is another one", async () => {
  const keys = (name: string) => join(testMachines, "keys", name);
  cpSync(keys(stack.name), keys("only"), { recursive: true });
  stack = await stack.renamed("only");
  await keepsItsPromise(stack, addresses, stack.settings, { says: "staging" });
  await stack.up("--expect-no-changes");
  expect(await api().get<string[]>("/v1/kv/kept?keys")).toEqual(["kept"]);
});

test("its component is renamed with an alias: its owner's name alone is another one", async () => {
  layRenamed("registry");
  stack = new TestStack(stack.name, stack.settings, undefined, program);
  const { plan } = await keepsItsPromise(stack, addresses, stack.settings, { says: "staging" });
  expect(plan.name).toBe("registry");
  await stack.up("--expect-no-changes");
  expect(await api().get<string[]>("/v1/kv/kept?keys")).toEqual(["kept"]);
});

/** The project's own program and settings, but for the component's name. Its aliases are those that it had, and `consul`. */
function layRenamed(name: string): void {
  mkdirSync(program, { recursive: true });
  const project = parse(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8"));
  writeFileSync(join(program, "Pulumi.yaml"), stringify({ ...project, main: "index.js" }));
  const dist = join(projectFolder, "dist");
  const text = `const { getStack } = require("@pulumi/pulumi");
const { ConsulCluster } = require("${dist}/components");
const { loadArgs } = require("${dist}/stack/config");
const aliases = [{ name: getStack() }, { name: "consul" }];
const { ready, caCertificate } = new ConsulCluster("${name}", loadArgs(), { aliases });
module.exports = { ready, caCertificate };
`;
  writeFileSync(join(program, "index.js"), text);
}
