// A ConsulClient that is given its cluster: what comes of it, and what contradicts it.
//
// Does not prove that an agent joins: test/e2e/12-clients.test.ts and 17-load-balancer.test.ts do.

import { type Input, output, secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ClientSettings, ConsulClientArgs, ConsulCluster } from "../../components/index";
import { aclTokens } from "../../components/render/acl";
import { tlsFile } from "../support/tlsFiles";
import { clientsAlone, clientsByCluster, clientsOfCluster, type Program } from "./support/clients";
import { existing, givenKey, madeKey, madeSeed, names, textOf } from "./support/clusters";
import { expectSecretIn } from "./support/places";

const own = ({ resources }: Program) => resources.filter(({ name }) => name.startsWith("w"));
const configOf = (program: Program) => textOf(program.get("w-web-1-config"), "stdin");
const secured = {
  ...existing(),
  tls: { mode: "required" },
  acl: {},
  datacenter: "fra1",
  domain: "corp",
};

describe("a cluster says what its clients need", () => {
  test("as if each of it were given: whatever of it is handed, and also without TLS and ACLs", async () => {
    const said = await clientsOfCluster({}, { withTls: true, withAcl: true });
    for (const handed of [undefined, (c: ConsulCluster) => c.clientSettings]) {
      const program = await clientsByCluster({}, { handed });
      expect(program.errors).toEqual([]);
      expect(own(program)).toEqual(own(said));
    }
    // As a whole it comes as late as the latest of it.
    const whole = ({ clientSettings }: ConsulCluster) => output(clientSettings as ClientSettings);
    const program = await clientsByCluster({}, { handed: whole });
    const inputs = (of: Program) => own(of).map((resource) => resource.inputs);
    expect(inputs(program)).toEqual(inputs(said));
  });

  test("its datacenter, its domain, its CA and its token, none of which is said again", async () => {
    const program = await clientsByCluster({}, { cluster: secured });
    expect(program.errors).toEqual([]);
    for (const part of [
      '"datacenter": "fra1"',
      '"domain": "corp"',
      '"auto_encrypt"',
      '"default_policy": "deny"',
    ])
      expect(configOf(program)).toContain(part);
    const token = aclTokens(madeSeed, names(3)).clients.secret;
    for (const text of [madeKey, token])
      expect(textOf(program.get("w-web-1-secrets"), "stdin")).toContain(text);
    expect(textOf(program.get("w-web-1-secrets"), "stdin")).toContain(tlsFile("ca.pem").trim());
  });

  test("its release, where none is said; an older one may be", async () => {
    const cluster = { ...existing(), version: "1.21.5" };
    const versionOf = async (args: Partial<ConsulClientArgs>) =>
      (await clientsByCluster(args, { cluster })).get("w-web-1-release").inputs.create;
    expect(await versionOf({})).toContain("1.21.5");
    expect(await versionOf({ version: "1.20.1" })).toContain("1.20.1");
  });

  test("as an output of another stack, which is secret as a whole: only the key and the token are", async () => {
    const outputs: ClientSettings = {
      joinAddresses: ["10.0.0.11"],
      datacenter: "fra1",
      domain: "consul",
      version: "1.22.0",
      gossipKey: givenKey,
      clientCaCertificate: "",
      clientToken: "",
      aclDefaultPolicy: "off",
    };
    const program = await clientsAlone({
      servers: undefined,
      gossipKey: undefined,
      cluster: secret(outputs),
    });
    expect(program.errors).toEqual([]);
    expectSecretIn(
      program,
      givenKey,
      ["web-1", "web-2"].map((name) => `w-${name}-secrets inputs.stdin`),
    );
    expect(configOf(program)).toContain('"datacenter": "fra1"');
    expect(program.get("w-web-1-config").inputs.stdin).toBeTypeOf("string");
  });

  test("a preview of a cluster that is still to be made shows whom they will join", async () => {
    const program = await clientsByCluster({}, { preview: true });
    expect(program.errors).toEqual([]);
    expect(program.get("w-web-2-config").inputs.stdin).toContain('"10.0.0.13"');
  });
});

describe("what is given beside it", () => {
  test("stands where it contradicts nothing", async () => {
    const servers = ["consul.example.com"];
    const program = await clientsByCluster(
      { servers, datacenter: "fra1", domain: "CORP.", gossipKey: madeKey },
      { cluster: secured },
    );
    expect(program.errors).toEqual([]);
    expect(configOf(program)).toContain('"consul.example.com"');
  });

  test.each<[Partial<ConsulClientArgs>, string]>([
    [{ datacenter: "dc1" }, '"dc1" is not the cluster\'s, "fra1"'],
    [{ domain: "consul" }, '"consul" is not the cluster\'s, "corp"'],
    [{ version: "1.22.1" }, '"1.22.1" is newer than the cluster\'s, "1.22.0"'],
    [{ gossipKey: givenKey }, "gossipKey  is another one than the cluster's"],
    [{ aclDefaultPolicy: "allow" }, '"allow" is not the cluster\'s, "deny"'],
    [{ tls: { caCertificate: "" } }, "tls.caCertificate  is another one than the cluster's"],
  ])("and is refused where it does: %j", async (args, said) => {
    const program = await clientsByCluster(args, { cluster: secured });
    expect(program.errors[0]?.message).toContain("of ConsulClient w");
    expect(program.errors[0]?.message).toContain(said);
    expect(program.errors[0]?.message).not.toContain(givenKey);
    const staged = program.commands.filter(({ name }) => /^w-.*-(config|activate)$/.test(name));
    expect(staged).toEqual([]);
  });

  test("a token where the cluster has no ACLs", async () => {
    const agentToken = "01234567-89ab-cdef-0123-456789abcdef";
    const program = await clientsByCluster({ agentToken });
    expect(program.errors[0]?.message).toContain("aclDefaultPolicy");
  });
});

describe("what is no cluster is told", () => {
  const said = async (cluster: unknown, more: Partial<ConsulClientArgs> = {}) => {
    const program = await clientsAlone({
      servers: undefined,
      gossipKey: undefined,
      cluster: cluster as Input<ClientSettings>,
      ...more,
    });
    expect(program.commands.filter(({ name }) => /-(config|activate)$/.test(name))).toEqual([]);
    return program.errors[0]?.message;
  };

  test("a name, or an object of something else, also beside what comes later", async () => {
    for (const more of [{}, { datacenter: output("dc1") }]) {
      expect(await said("prod", more)).toContain("cluster  is a string; give a ConsulCluster");
      expect(await said({ datacenter: "dc1" }, more)).toContain(
        "cluster  has no joinAddresses, no",
      );
    }
    expect(await said(output({ gossipKey: givenKey }))).toMatch(
      /cluster {2}has no joinAddresses, no datacenter/,
    );
  });

  test("neither a cluster nor what it would say", async () => {
    const message = await said(undefined);
    expect(message).toMatch(/servers +is missing; give .* or `cluster`/);
    expect(message).toMatch(/gossipKey +is missing/);
  });

  test("a key of it that is none", async () => {
    const program = await clientsByCluster(
      {},
      {
        handed: ({ clientSettings }) => ({ ...clientSettings, dataCenter: "x" }) as ClientSettings,
      },
    );
    expect(program.errors[0]?.message).toContain("did you mean datacenter?");
  });
});
