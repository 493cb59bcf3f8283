// The JSON schema of a stack file, as an editor reads it.
//
// Does not prove that an editor shows it well; a validator of another make reads it here, zod's.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { projectSettings } from "../../../reference/files";
import { defaultValue } from "../../../reference/settings";
import { stackSchema } from "../../../reference/stackSchema";
import { readConfig } from "../../../stack/readConfig";
import { SECRET_FIELDS } from "../../../stack/secretFields";

const root = join(__dirname, "../../..");
const settings = projectSettings();
const schema = stackSchema(settings);

type Anything = ReturnType<typeof JSON.parse>;

/** Where a part stands beside `oneOf`, zod lets keys pass that no part knows: each is asked by itself. */
const { oneOf, ...config } = (schema.properties as Anything).config;
const validators = [config, { type: "object", oneOf }].map((part) =>
  z.fromJSONSchema({ ...schema, properties: { ...(schema.properties as Anything), config: part } }),
);

function issues(file: unknown): unknown[] {
  return validators.flatMap((validator) => validator.safeParse(file).error?.issues ?? []);
}

function committed(stack: string): string {
  return readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8");
}

/** The dev stack with another value at a key, or without one. */
function dev(key: string, value: unknown): Anything {
  const file = parse(committed("dev"));
  if (value === undefined) delete file.config[key];
  else file.config[key] = value;
  return file;
}

const encrypted = { secure: "v1:abc:def" };
const login = { privateKey: encrypted, hostKey: "ssh-ed25519 AAAA" };
const host = { name: "consul-1", address: "10.0.0.11", ...login };

function existing(server: Record<string, unknown>): Anything {
  return { config: { "consul-cluster:existing": { servers: [server] } } };
}

test.each(["dev", "staging", "prod"])("Pulumi.%s.yaml fits, and names it to editors", (stack) => {
  expect(issues(parse(committed(stack)))).toEqual([]);
  expect(committed(stack).split("\n")[0]).toBe(
    "# yaml-language-server: $schema=reference/stack.schema.json",
  );
});

describe("what Pulumi adds", () => {
  test.each<[string, Anything]>([
    ["a salt", { ...dev("aws:region", "eu-central-1"), encryptionsalt: "v1:x" }],
    ["a provider of secrets", { ...dev("x", undefined), secretsprovider: "awskms://alias/p" }],
    ["environments", { ...dev("x", undefined), environment: ["aws", { imports: [] }] }],
    ["texts of `pulumi config set`", dev("consul-cluster:ui", "false")],
    ["an encrypted gossip key", dev("consul-cluster:gossipKey", encrypted)],
    ["an encrypted text", dev("consul-cluster:environment", { TOKEN: encrypted })],
    ["an encrypted switch", dev("consul-cluster:ui", encrypted)],
    ["a number in the environment", dev("consul-cluster:environment", { GOMAXPROCS: 2 })],
    ["encrypted keys", existing({ ...host, sudoPassword: encrypted })],
    ["the bastion's", existing({ ...host, bastion: { host: "b", ...login } })],
  ])("%s is taken", (_, file) => {
    expect(issues(file)).toEqual([]);
  });
});

describe("slips", () => {
  test.each<[string, Anything]>([
    ["a misspelt key", dev("consul-cluster:data_dir", "/var/consul")],
    ["a key without its namespace", dev("version", "1.22.0")],
    ["a misspelt field", dev("consul-cluster:ports", { htpp: 80 })],
    ["a misspelt key of Pulumi", { ...dev("x", undefined), confg: {} }],
    ["a number for a text", dev("consul-cluster:version", 1.22)],
    ["a text for a number", dev("consul-cluster:ports", { http: "80" })],
    ["a text for a list", dev("consul-cluster:recursors", "10.0.0.2")],
    ["another word for true", dev("consul-cluster:ui", "yes")],
    ["a half-number", dev("consul-cluster:environment", { GOMAXPROCS: 1.5 })],
    ["a missing field", dev("consul-cluster:nspawn", { image: "/i" })],
    ["a missing field of a host", existing({ name: "consul-1", ...login })],
    ["no hosts", dev("consul-cluster:nspawn", undefined)],
    ["two kinds of hosts", dev("consul-cluster:existing", { servers: [host] })],
    ["a gossip key in the open", dev("consul-cluster:gossipKey", "c2VjcmV0")],
    ["a private key in the open", existing({ ...host, privateKey: "key" })],
    ["a password in the open", existing({ ...host, sudoPassword: "hunter2" })],
  ])("%s is refused", (_, file) => {
    expect(issues(file)).not.toEqual([]);
  });
});

test("what the schema wants encrypted, the program refuses in the open", () => {
  const server = Object.fromEntries(SECRET_FIELDS.map((field) => [field, "open"]));
  const elsewhere = { gossipKey: undefined, managementToken: undefined, caKey: undefined };
  const { problems } = readConfig({
    gossipKey: "open",
    acl: JSON.stringify({ managementToken: "open" }),
    tls: JSON.stringify({
      caKey: "open",
      certificates: { a: { certificate: "x", privateKey: "open" } },
    }),
    existing: JSON.stringify({ servers: [{ ...host, ...server, ...elsewhere }] }),
  });
  expect(problems.map(({ path }) => path).sort()).toEqual([
    "acl.managementToken",
    "existing.servers[0].privateKey",
    "existing.servers[0].sudoPassword",
    "gossipKey",
    "tls.caKey",
    "tls.certificates.a.privateKey",
  ]);
});

test("every setting is there with its words and its default", () => {
  const keys = config.properties;
  for (const setting of settings.top) {
    const found = keys[`consul-cluster:${setting.name}`];
    expect(found.description.startsWith(setting.description)).toBe(true);
    expect(found.default).toEqual(defaultValue(setting));
  }
  const server = keys["consul-cluster:existing"].properties.servers.items.properties;
  expect(server.port).toEqual({ description: "SSH port.", default: 22, type: "number" });
  expect(server.bastion.properties.user.default).toBe("root");
  const { instanceType } = keys["consul-cluster:aws"].properties;
  expect(instanceType.description).toContain('Default: "t3.small", or "t4g.small" with arm64.');
  expect(instanceType.default).toBeUndefined();
});
