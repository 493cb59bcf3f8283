// The schema for other languages is committed: SDKs are made from it, the plugin says it, and keys are checked by it.
//
// Does not prove that an SDK can be made from it: test/e2e/13-languages.test.ts makes two.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedSchema } from "../../../reference/files";

interface Property {
  description?: string;
  default?: unknown;
  secret?: boolean;
}
interface Shape {
  properties?: Record<string, Property>;
  inputProperties?: Record<string, Property>;
}

const committed = readFileSync(join(__dirname, "../../../components/schema.json"), "utf8");
const { types, resources } = JSON.parse(committed) as Record<string, Record<string, Shape>>;

/** `ConsulCluster.ports.http` without what is between: the type, or the component, and the field. */
const all = Object.entries({ ...types, ...resources }).flatMap(([shape, fields]) =>
  [fields.inputProperties, fields.properties].flatMap((properties) =>
    Object.entries(properties ?? {}).map(([name, property]): [string, Property] => [
      `${shape.split(":")[2]}.${name}`,
      property,
    ]),
  ),
);

test("it is the component's", async () => {
  const [text] = Object.values(await generatedSchema());
  expect(text === committed, "it is out of date; run `npm run generate`").toBe(true);
});

test("no type ends in Args: SDKs give it that end", () => {
  expect(Object.keys(types as object).filter((name) => name.endsWith("Args"))).toEqual([]);
});

test("every setting is described in it", () => {
  const silent = all.filter(([, { description }]) => !description);
  expect(silent.map(([name]) => name)).toEqual([]);
});

test("defaults stand in it, but for those that other arguments decide about, and what a cluster says to its clients", () => {
  const defaultOf = (name: string) => all.find(([other]) => other === name)?.[1].default;
  expect(defaultOf("ConsulCluster.datacenter")).toBe("dc1");
  expect(defaultOf("DnsConfig.maxStale")).toBe("15s");
  expect(defaultOf("ClientPorts.http")).toBe(8500);
  expect(defaultOf("ConsulClient.removeData")).toBe(true);
  expect(defaultOf("ExistingServer.port")).toBe(22);
  for (const name of [
    "Ports.https",
    "Addresses.http",
    "Acl.defaultPolicy",
    "ConsulClient.datacenter",
    "ConsulClient.version",
    // "" stands for what is not given.
    "ConsulCluster.allowDowngradeTo",
  ])
    expect(defaultOf(name), name).toBeUndefined();
  const wordsOf = (name: string) => all.find(([other]) => other === name)?.[1].description;
  expect(wordsOf("Ports.https")).toMatch(/\nDefault: -1\.$/);
  expect(wordsOf("ConsulClient.datacenter")).toMatch(/\nDefault: "dc1"\.$/);
});

test("secrets are secret in it", () => {
  const secret = all.filter(([, property]) => property.secret).map(([name]) => name);
  expect([...new Set(secret)].sort()).toEqual([
    "Acl.managementToken",
    "Bastion.privateKey",
    "Certificate.privateKey",
    "ClientSettings.clientToken",
    "ClientSettings.gossipKey",
    "ConsulClient.agentToken",
    "ConsulClient.gossipKey",
    "ConsulCluster.gossipKey",
    "ExistingClient.privateKey",
    "ExistingClient.sudoPassword",
    "ExistingServer.privateKey",
    "ExistingServer.sudoPassword",
    "Tls.caKey",
  ]);
});
