// What an SDK of another language fills in: the schema's defaults. A program with all of them is the one without.
//
// Does not prove that an SDK fills them in: test/e2e/13-languages.test.ts runs programs.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { tlsFile } from "../support/tlsFiles";
import { clientHosts, clientsByCluster } from "./support/clients";
import { clusterOf, existing, givenKey, names, nspawn, servers } from "./support/clusters";
import type { Recording } from "./support/recorder";

interface Shape {
  $ref?: string;
  default?: unknown;
  items?: Shape;
}
type Shapes = Record<string, Shape>;

const { resources, types } = JSON.parse(
  readFileSync(join(__dirname, "../../components/schema.json"), "utf8"),
) as {
  resources: Record<string, { inputProperties: Shapes }>;
  types: Record<string, { properties?: Shapes }>;
};

let filled = 0;

/** Resources come in the order in which their inputs are known. */
const byName = ({ resources }: Recording<unknown>) =>
  Object.fromEntries(resources.map((resource) => [resource.name, resource]));

/** As SDKs do: in each object that is given, none is made. */
function fill(given: object, shapes: Shapes): Record<string, unknown> {
  const values = Object.entries(given).map(([key, value]) => [key, fillValue(value, shapes[key])]);
  const defaults = Object.entries(shapes).filter(([, shape]) => shape.default !== undefined);
  filled += defaults.length;
  return {
    ...Object.fromEntries(defaults.map(([key, shape]) => [key, shape.default])),
    ...Object.fromEntries(values),
  };
}

function fillValue(value: unknown, shape?: Shape): unknown {
  if (Array.isArray(value)) return value.map((item) => fillValue(item, shape?.items));
  const fields = types[shape?.$ref?.replace("#/types/", "") ?? ""]?.properties;
  return fields && typeof value === "object" && value !== null ? fill(value, fields) : value;
}

const inputsOf = (component: string) =>
  resources[`consul-cluster:index:${component}`]?.inputProperties ?? {};

const groups: ConsulClusterArgs = {
  ports: {},
  addresses: {},
  dnsConfig: {},
  performance: {},
  rollout: {},
  gossip: {},
};

const caCertificate = tlsFile("ca.pem");
const certificate = { certificate: tlsFile("server.pem"), privateKey: tlsFile("server.key") };
const certificates = Object.fromEntries(names(3).map((name) => [name, certificate]));
const ofAdmin = servers().map((server) => ({ ...server, user: "admin", sudoPassword: "s3cret" }));

test.each([
  ["hosts that exist", existing()],
  ["machines of this computer", nspawn()],
  ["with every group", { ...existing(), ...groups }],
  ["with TLS", { ...existing(), ...groups, tls: {} }],
  ["with TLS and ACLs", { ...existing(), ...groups, tls: {}, acl: {} }],
  ["with a key of one's own", { ...existing(), gossipKey: givenKey, gossip: {} }],
  ["with a CA of one's own", { ...existing(), tls: { caCertificate, caKey: tlsFile("ca.key") } }],
  ["with certificates of one's own", { ...existing(), tls: { caCertificate, certificates } }],
  ["with a token of one's own", { ...existing(), acl: { managementToken: randomUUID() } }],
  ["with ACLs off", { ...existing(), acl: { defaultPolicy: "off" } }],
  ["with HTTPS alone", { ...existing(), tls: {}, ports: { http: -1 }, addresses: {} }],
  ["with a password for sudo", { existing: { servers: ofAdmin } }],
])("a cluster is the same: %s", async (_, args) => {
  filled = 0;
  const withDefaults = await clusterOf(fill(args, inputsOf("ConsulCluster")));
  expect(filled).toBeGreaterThan(10);
  expect(withDefaults.errors).toEqual([]);
  expect(byName(withDefaults)).toEqual(byName(await clusterOf(args)));
});

test("its clients are the same, and no default contradicts their cluster", async () => {
  const cluster = { ...existing(), datacenter: "fra1", domain: "corp", version: "1.21.5" };
  const services = [{ name: "web", port: 8080, checks: [{ tcp: "127.0.0.1:8080" }] }];
  const args = { existing: { hosts: clientHosts() }, ports: {}, addresses: {}, services };
  filled = 0;
  const withDefaults = await clientsByCluster(fill(args, inputsOf("ConsulClient")), { cluster });
  expect(filled).toBeGreaterThan(5);
  expect(withDefaults.errors).toEqual([]);
  expect(byName(withDefaults)).toEqual(byName(await clientsByCluster(args, { cluster })));
});
