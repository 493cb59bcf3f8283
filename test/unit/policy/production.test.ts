// What production must have, read from the settings that the component sends to its servers.
//
// Does not prove that Consul does what these settings say.

import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../../components/index";
import { aclProblems, consulSettings, tlsProblems } from "../../../policy/consulSettings";
import { isConfigStep, isReleaseStep, type Resource, type Values } from "../../../policy/graph";
import { isProductionStack, isTaggedProduction, production } from "../../../policy/production";
import { type Signers, signerProblems, signersDefaults } from "../../../policy/rules/knownSigner";
import { aws, awsClusterOf } from "../../graph/support/awsCluster";
import { clientsOfCluster } from "../../graph/support/clients";
import { clusterOf, existing, servers } from "../../graph/support/clusters";
import { argsOfStack } from "../../graph/support/stackFile";
import { seen } from "./support/seen";

const files = { ca_file: "/tls/ca.pem", cert_file: "/tls/cert.pem", key_file: "/tls/key.pem" };
const flags = { verify_incoming: true, verify_outgoing: true, verify_server_hostname: true };

/** The settings that a server gets, as the policy reads them. */
async function settings(
  extraConfig: Values,
  args: ConsulClusterArgs = existing(),
): Promise<Values> {
  const resources = seen((await clusterOf({ ...args, extraConfig })).resources);
  const steps = resources.filter(isConfigStep);
  expect(steps.map(({ name }) => name)).toEqual([1, 2, 3].map((i) => `c-consul-${i}-config`));
  return consulSettings(steps[0]?.props.stdin as string) as Values;
}

describe("TLS", () => {
  test.each<[string, Values]>([
    ["for RPC", { tls: { internal_rpc: { ...files, ...flags } } }],
    ["for everything", { tls: { defaults: { ...files, ...flags } } }],
    ["in both places", { tls: { defaults: files, internal_rpc: flags } }],
    ["under the old names", { ...files, ...flags }],
    [
      "with a folder of authorities",
      { tls: { defaults: { ...files, ca_file: "", ca_path: "/tls/ca" }, internal_rpc: flags } },
    ],
  ])("is on: %s", async (_, extraConfig) => {
    expect(tlsProblems(await settings(extraConfig))).toEqual([]);
  });

  test("is on with the argument, and on the way there not yet", async () => {
    const tls = (mode?: string) => settings({}, { ...existing(), tls: { mode } });
    expect(tlsProblems(await tls())).toEqual([]);
    expect(tlsProblems(await tls("outgoing"))).toEqual([
      "in tls.internal_rpc not true: verify_incoming, verify_server_hostname",
    ]);
  });

  test.each<[string, Values, string[]]>([
    [
      "nothing is said",
      {},
      [
        "in tls.internal_rpc not true: verify_incoming, verify_outgoing, verify_server_hostname",
        "in tls.internal_rpc not set: ca_file, cert_file, key_file",
      ],
    ],
    [
      "RPC says otherwise",
      { tls: { defaults: { ...files, ...flags }, internal_rpc: { verify_incoming: false } } },
      ["in tls.internal_rpc not true: verify_incoming"],
    ],
    [
      "only the API has it",
      { tls: { internal_rpc: { ...files }, https: flags } },
      ["in tls.internal_rpc not true: verify_incoming, verify_outgoing, verify_server_hostname"],
    ],
    [
      "a client could pass for a server",
      { tls: { defaults: { ...files, verify_incoming: true, verify_outgoing: true } } },
      ["in tls.internal_rpc not true: verify_server_hostname"],
    ],
  ])("is off where %s", async (_, extraConfig, problems) => {
    expect(tlsProblems(await settings(extraConfig))).toEqual(problems);
  });
});

describe("ACLs", () => {
  test("are on", async () => {
    const acl = { enabled: true, default_policy: "deny", down_policy: "extend-cache" };
    expect(aclProblems(await settings({ acl }))).toEqual([]);
  });

  test.each<[Values, string]>([
    [{}, 'acl.enabled is not set, not true; acl.default_policy is not set, not "deny"'],
    [{ acl: { enabled: true } }, 'acl.default_policy is not set, not "deny"'],
    [
      { acl: { enabled: false, default_policy: "allow" } },
      'acl.enabled is false, not true; acl.default_policy is "allow", not "deny"',
    ],
    [
      { acl: { enabled: true, default_policy: "deny", down_policy: "allow" } },
      'acl.down_policy is "allow"',
    ],
  ])("are off with %j", async (extraConfig, problem) => {
    expect(aclProblems(await settings(extraConfig)).join("; ")).toContain(problem);
  });
});

test("settings behind a sudo password are read as well", async () => {
  const args = {
    existing: {
      servers: servers().map((one) => ({ ...one, user: "admin", sudoPassword: "password" })),
    },
  };
  expect(await settings({ acl: { enabled: true } }, args)).toMatchObject({
    acl: { enabled: true },
  });
});

test("other commands, and a `-config` of the program's own, are no settings", async () => {
  const { resources } = await clusterOf(existing());
  const own = { urn: "urn:pulumi:prod::p::command:remote:Command::my-config", name: "my-config" };
  expect(isConfigStep(own)).toBe(false);
  expect(seen(resources).filter(isConfigStep)).toHaveLength(3);
  expect(consulSettings("echo hello")).toBeUndefined();
});

const vendor = "C874011F0AB405110D02105534365D9472D7468F";
const vendorAlone = { fingerprints: [vendor], checksums: false };

describe("releases", () => {
  const commands = async (more: Partial<ConsulClusterArgs>) => {
    const { resources } = await clusterOf({ ...existing(), ...more });
    return seen(resources)
      .filter(isReleaseStep)
      .map(({ props }) => props.create as string);
  };
  const sha256 = { amd64: "a".repeat(64) };

  test("of every host are looked at, a client agent's too", async () => {
    expect(await commands({})).toHaveLength(3);
    const clients = seen((await clientsOfCluster()).resources).filter(isReleaseStep);
    expect(clients.map(({ name }) => name)).toContain("w-web-1-release");
    for (const { props } of clients)
      expect(signerProblems(props.create as string, vendorAlone)).toEqual([]);
  });

  test.each<[string, Partial<ConsulClusterArgs>, Partial<Signers>, string[]]>([
    ["the vendor's, where nothing is configured", {}, {}, []],
    [
      "the vendor's, as people write it",
      {},
      { fingerprints: [vendor.replace(/.{4}/g, "$& ")] },
      [],
    ],
    [
      "another key than the known ones",
      {},
      { fingerprints: ["ab cd"] },
      [`the release is held against the key ${vendor}, which is none of ABCD`],
    ],
    ["a checksum", { sha256 }, {}, []],
    [
      "a checksum, where that is not enough",
      { sha256 },
      { checksums: false },
      ["the release is held against a checksum, not against a signature"],
    ],
  ])("%s", async (_, more, config, problems) => {
    for (const command of await commands(more))
      expect(signerProblems(command, { ...signersDefaults, ...config })).toEqual(problems);
  });

  test("of a version of this library that verifies nothing", () => {
    const command = "sh -s -- name=consul-1 version=1.22.0 mirror=https://mirror.example";
    expect(signerProblems(command, signersDefaults)).toEqual([
      "the release is held against neither a signature nor a checksum",
    ]);
  });
});

describe("production", () => {
  const urn = (stack: string) => `urn:pulumi:${stack}::any::pulumi:pulumi:Stack::any-${stack}`;
  const none = new Map<string, string>();

  test.each([
    ["prod", true],
    ["prod-eu", true],
    ["production", true],
    ["preprod", false],
    ["dev", false],
  ])("is a stack named %s: %s", (stack, is) => {
    expect(isProductionStack(urn(stack), none, production)).toBe(is);
  });

  test("is what the config names, and stack tags", () => {
    const config = { ...production, stacks: ["live.*"] };
    expect(isProductionStack(urn("live.eu"), none, config)).toBe(true);
    expect(isProductionStack(urn("liveXeu"), none, config)).toBe(false);
    expect(isProductionStack(urn("prod"), none, config)).toBe(false);
    expect(isProductionStack(urn("a"), new Map([["environment", "prod"]]), config)).toBe(true);
  });

  const tagged = async (tags?: Record<string, string>) => {
    const resources = seen((await awsClusterOf(aws(tags && { tags }))).resources);
    return isTaggedProduction(resources[0] as Resource, resources, production);
  };

  test("is a cluster whose machines are tagged so", async () => {
    expect(await tagged({ environment: "prod" })).toBe(true);
    expect(await tagged({ environment: "staging" })).toBe(false);
    expect(await tagged()).toBe(false);
  });
});

describe("this project's own production", async () => {
  const resources = seen((await awsClusterOf(argsOfStack("prod"), { name: "prod" })).resources);

  test("has ACLs, and releases of the vendor's", () => {
    const steps = resources.filter(isConfigStep);
    expect(steps).toHaveLength(3);
    for (const { props } of steps)
      expect(aclProblems(consulSettings(props.stdin as string) as Values)).toEqual([]);
    const releases = resources.filter(isReleaseStep);
    expect(releases).toHaveLength(3);
    for (const { props } of releases)
      expect(signerProblems(props.create as string, vendorAlone)).toEqual([]);
  });

  test("has TLS", () => {
    for (const { props } of resources.filter(isConfigStep))
      expect(tlsProblems(consulSettings(props.stdin as string) as Values)).toEqual([]);
  });
});

test("an object that stands in two files is one, as Consul reads them", () => {
  const stdin = [
    '==> 10-server.json <==\n{"tls":{"internal_rpc":{"verify_incoming":true}},"limits":{"a":1}}\n',
    '==> 20-reloadable.json <==\n{"tls":{"defaults":{"ca_file":"/ca"},"internal_rpc":{"x":[1]}}}\n',
    '==> bootstrap.json <==\n{"tls":{}}\n',
  ];
  expect(consulSettings(stdin.join(""))).toEqual({
    tls: { internal_rpc: { verify_incoming: true, x: [1] }, defaults: { ca_file: "/ca" } },
    limits: { a: 1 },
  });
});
