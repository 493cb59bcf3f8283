// The graph of client agents: what waits for the servers, what for each other, where secrets travel, what a preview
// knows, what others get.
//
// Does not prove that an agent joins: test/e2e/12-clients.test.ts does.

import { isSecret, output, secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { aclTokens } from "../../components/render/acl";
import { tlsFile } from "../support/tlsFiles";
import { clientHosts, clientsAlone, clientsOfCluster, type Program } from "./support/clients";
import {
  clusterOf,
  existing,
  givenKey,
  madeKey,
  madeSeed,
  names,
  textOf,
} from "./support/clusters";
import { expectSecretIn } from "./support/places";
import { Unknown } from "./support/values";

type Host = ReturnType<typeof clientHosts>[number];

const both = ["web-1", "web-2"];
const steps = ["reach", "release", "secrets", "config", "departure", "activate"];

/** Everything that a resource depends on, whatever is between them. */
function behind(program: Program, name: string, found = new Set<string>()): string[] {
  for (const other of program.get(name).dependencies) {
    if (!found.has(other)) behind(program, other, found.add(other));
  }
  return [...found];
}

describe("clients of a cluster of the same program", async () => {
  const program = await clientsOfCluster({
    services: [{ name: "shop", port: 8080, checks: [{ tcp: "127.0.0.1:8080" }] }],
  });

  test("each host has the steps that a server has, and one more waits for all", () => {
    expect(program.errors).toEqual([]);
    const own = program.commands.map(({ name }) => name).filter((name) => name.startsWith("w-"));
    const expected = both.flatMap((name) => steps.map((step) => `w-${name}-${step}`));
    expect(own.sort()).toEqual([...expected, "w-barrier", "w-owner", "w-reach", "w-ready"].sort());
  });

  test("the cluster's own resources are those that it has without clients", async () => {
    const alone = await clusterOf(existing());
    const cluster = program.resources.filter(({ name }) => name === "c" || name.startsWith("c-"));
    expect(cluster).toEqual(alone.resources.filter(({ name }) => name.startsWith("c")));
  });

  test("no settings are staged, and nothing starts, before the cluster is ready; releases may be", () => {
    for (const name of both) {
      for (const step of ["config", "departure", "activate"]) {
        expect(behind(program, `w-${name}-${step}`)).toContain("c-ready");
      }
      expect(behind(program, `w-${name}-release`)).not.toContain("c-ready");
    }
    expect(behind(program, "w-ready")).toContain("c-ready");
  });

  test("destroyed, a client leaves before any server does", () => {
    // Deleted is what depends before what it depends on.
    for (const name of both) {
      const later = behind(program, `w-${name}-departure`);
      for (const server of ["consul-1", "consul-2", "consul-3"]) {
        expect(later).toContain(`c-${server}-departure`);
      }
    }
  });

  test("all are staged before the first is activated, one after the other", () => {
    const first = program.get("w-web-1-activate").dependencies;
    const second = program.get("w-web-2-activate").dependencies;
    for (const name of both)
      expect(program.get("w-barrier").dependencies).toContain(`w-${name}-config`);
    expect(first).toContain("w-barrier");
    expect(first).not.toContain("w-web-2-activate");
    expect(second).toContain("w-web-1-activate");
    expect(program.get("w-ready").dependencies).toEqual(
      expect.arrayContaining(both.map((name) => `w-${name}-activate`)),
    );
  });

  test("they join the servers, and none of themselves", () => {
    const files = textOf(program.get("w-web-1-config"), "stdin");
    expect(files).toMatch(
      /==> 40-neighbours.json <==\n\{\n {2}"retry_join": \[\n {4}"10.0.0.11",\n {4}"10.0.0.12",\n {4}"10.0.0.13"\n/,
    );
    expect(files).toMatch(/==> 20-reloadable.json <==[^=]*"name": "shop"/);
  });

  test("the release step says whose host it is", () => {
    expect(program.get("w-web-1-release").inputs.create).toMatch(/ role=client/);
    expect(program.get("c-consul-1-release").inputs.create).not.toContain("role=");
  });

  test("a departure asks the other clients, and runs a client's way", () => {
    const { inputs } = program.get("w-web-1-departure");
    expect(inputs.delete).toMatch(/ neighbours=web-2 stays=yes removeData=yes$/);
    expect(textOf(program.get("w-web-1-departure"), "stdin")).toContain("force-remove-client.sh");
    expect(textOf(program.get("c-consul-1-departure"), "stdin")).not.toContain(
      "force-remove-client.sh",
    );
  });

  test("the key is secret wherever it stands, and stands where it is staged alone", () => {
    expectSecretIn(program, madeKey, [
      ...["consul-1", "consul-2", "consul-3"].map((name) => `c-${name}-secrets inputs.stdin`),
      ...both.map((name) => `w-${name}-secrets inputs.stdin`),
      "c outputs.gossipKey",
      "c outputs.clientSettings.gossipKey",
    ]);
    for (const name of both) {
      expect(program.get(`w-${name}-secrets`).additionalSecretOutputs).toContain("stdout");
      // What a reviewer reads is not secret.
      expect(typeof program.get(`w-${name}-config`).inputs.stdin).toBe("string");
      expect(typeof program.get(`w-${name}-activate`).inputs.stdin).toBe("string");
    }
  });

  test("others get who they are and where they answer", async () => {
    expect(program.get("w").outputs).toEqual({
      clients: both.map((name, i) => ({
        name,
        address: `10.0.0.${14 + i}`,
        nodeId: `id-of-${name}`,
      })),
      httpAddresses: Array(2).fill("http://127.0.0.1:8500"),
      dnsAddresses: Array(2).fill("127.0.0.1:8600"),
      ready: true,
    });
    expect(await isSecret(output(program.result?.clients))).toBe(false);
    expect(await isSecret(output(program.result?.ready))).toBe(false);
  });
});

describe("a preview of a cluster and its clients that do not exist yet", async () => {
  const program = await clientsOfCluster({}, { preview: true });

  test("knows whom they will join, and shows the settings", () => {
    expect(program.errors).toEqual([]);
    expect(program.get("c").outputs.joinAddresses).toEqual(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
    expect(program.get("w-web-2-config").inputs.stdin).toContain('"10.0.0.13"');
  });

  test("does not know the key", () => {
    expect(program.get("w-web-2-activate").inputs.stdin).toBeInstanceOf(Unknown);
  });
});

describe("clients of a cluster with TLS", () => {
  const clientsOf = (mode: string, clientCertificates?: boolean) =>
    clientsOfCluster(
      {},
      { cluster: { ...existing(), tls: { mode, clientCertificates } }, withTls: true },
    );

  test.each(["preferred", "required"])("talk it where it is %s", async (mode) => {
    const program = await clientsOf(mode, true);
    expect(program.errors).toEqual([]);
    expect(program.get("c").outputs.clientCaCertificate).toBe(tlsFile("ca.pem"));
    const { create, stdin } = program.get("w-web-1-config").inputs;
    expect(stdin).toContain('"auto_encrypt"');
    const [, label] = / certificate=([0-9a-f]{12})\b/.exec(create as string) ?? [];
    expect(program.get("w-web-1-activate").inputs.stdin).toContain(`\ncertificate ${label}\n`);
    expect(textOf(program.get("w-web-1-secrets"), "stdin")).toContain("==> tls-ca.pem <==");
    expect(textOf(program.get("w-web-1-secrets"), "stdin")).not.toContain("PRIVATE KEY");
    expect(behind(program, "w-web-1-config")).toContain("c-ready");
    expect(behind(program, "w-web-1-release")).not.toContain("c-ready");
  });

  test.each<[string, boolean?]>([
    ["off", true],
    ["offered", true],
    ["outgoing", true],
    ["required"],
    ["preferred", false],
  ])("do not where it is %s, or gives them no certificates: %s", async (mode, gives) => {
    const program = await clientsOf(mode, gives);
    const without = await clientsOfCluster();
    expect(program.get("c").outputs.clientCaCertificate).toBe("");
    for (const step of steps) {
      const name = `w-web-1-${step}`;
      expect(program.get(name).inputs, name).toEqual(without.get(name).inputs);
    }
  });
});

describe("clients of a cluster with ACLs", async () => {
  const withAcl = (acl: object) =>
    clientsOfCluster({}, { cluster: { ...existing(), acl }, withAcl: true });
  const token = aclTokens(madeSeed, names(3)).clients.secret;

  test.each(["deny", "allow"])(
    "have the token that it makes for them, and its policy, %s",
    async (policy) => {
      const program = await withAcl({ defaultPolicy: policy });
      expect(program.errors).toEqual([]);
      expect(program.get("c").outputs.aclDefaultPolicy).toBe(policy);
      const { create, stdin } = program.get("w-web-1-config").inputs;
      expect(stdin).toContain(`"default_policy": "${policy}"`);
      const [, label] = / tokens=([0-9a-f]{12})\b/.exec(create as string) ?? [];
      expect(program.get("w-web-1-activate").inputs.stdin).toContain(`\nagent-token ${label}\n`);
      expect(behind(program, "w-web-1-config")).toContain("c-ready");
      expect(behind(program, "w-web-1-release")).not.toContain("c-ready");
    },
  );

  test("and it is secret wherever it stands", async () => {
    expectSecretIn(await withAcl({}), token, [
      ...names(3).map((name) => `c-${name}-secrets inputs.stdin`),
      ...both.map((name) => `w-${name}-secrets inputs.stdin`),
      "c outputs.clientToken",
      "c outputs.clientSettings.clientToken",
    ]);
  });

  test("have nothing of it where there are none", async () => {
    const [program, without] = [await withAcl({ defaultPolicy: "off" }), await clientsOfCluster()];
    for (const step of steps) {
      const name = `w-web-1-${step}`;
      expect(program.get(name).inputs, name).toEqual(without.get(name).inputs);
    }
  });

  test("a token that is none reaches no host's settings, also where it arrives late", async () => {
    const program = await clientsAlone({ agentToken: output(Promise.resolve("some words")) });
    expect(program.errors[0]?.message).toContain("agentToken");
    expect(program.errors[0]?.message).not.toContain("some words");
    const staged = program.commands.filter(({ name }) => /-(secrets|config|activate)$/.test(name));
    expect(staged).toEqual([]);
  });
});

test("a CA that is none reaches no host's settings, also where it arrives late", async () => {
  const caCertificate = output(Promise.resolve("none"));
  const program = await clientsAlone({ tls: { caCertificate } });
  expect(program.errors[0]?.message).toContain("tls.caCertificate");
  const staged = program.commands.filter(({ name }) => /-(secrets|config|activate)$/.test(name));
  expect(staged).toEqual([]);
});

describe("clients of a cluster that others made", () => {
  test("need nothing but its addresses and its key", async () => {
    const program = await clientsAlone();
    expect(program.errors).toEqual([]);
    expect(program.commands).toHaveLength(16);
    expectSecretIn(
      program,
      givenKey,
      both.map((name) => `w-${name}-secrets inputs.stdin`),
    );
  });

  test("on machines of this computer: any number is replaced at a time", async () => {
    const machines = both.map((name, i) => ({ name, address: `198.18.77.5${i}` }));
    const program = await clientsAlone({
      existing: undefined,
      nspawn: { machines, image: "/bin/sh" },
    });
    expect(program.commands.map(({ name }) => name)).toContain("w-web-1-machine");
    expect(program.commands.map(({ name }) => name)).not.toContain("w-replacements");
  });

  test("with DNS off there is no address of it", async () => {
    const program = await clientsAlone({ ports: { dns: -1 } });
    expect(program.get("w").outputs.dnsAddresses).toEqual([]);
  });

  test("a host that was installed anew is set up again, and nobody leaves", async () => {
    const [first, second] = clientHosts() as [Host, Host];
    const hosts = [first, { ...second, generation: 2 }];
    const [before, after] = [await clientsAlone(), await clientsAlone({ existing: { hosts } })];
    const changed = after.commands.filter(
      ({ name, inputs }) => inputs.create !== before.get(name).inputs.create,
    );
    // The look's own command line names the host alone.
    const run = steps
      .filter((step) => !/departure|reach/.test(step))
      .map((step) => `w-web-2-${step}`);
    expect(changed.map(({ name }) => name).sort()).toEqual(["w-ready", ...run].sort());
    expect(after.get("w-web-2-departure").inputs.triggers).toEqual(["10.0.0.15"]);
  });

  test("listening for others, they are found by others", async () => {
    const program = await clientsAlone({
      addresses: { http: "0.0.0.0" },
    });
    expect(program.get("w").outputs.httpAddresses).toContain("http://10.0.0.15:8500");
  });

  test("all problems are told at once, and nothing is registered", async () => {
    const program = await clientsAlone({
      servers: ["10.0.0.14"],
      gossipKey: "short",
      version: "v1",
      services: [{ name: "a b", port: 0 }],
    });
    expect(program.commands).toEqual([]);
    expect(program.errors).toHaveLength(1);
    const said = program.errors[0]?.message;
    for (const path of [
      "servers[0]",
      "gossipKey",
      "version",
      "services[0].name",
      "services[0].port",
    ])
      expect(said).toContain(path);
    expect(said).not.toContain('"short"');
  });

  test("that there is no host is told, with an Output beside it as well", async () => {
    const machines = { existing: undefined, nspawn: { image: "/bin/sh", machines: [] } };
    for (const hosts of [{ existing: { hosts: [] } }, machines])
      for (const late of [{}, { datacenter: output("dc2") }]) {
        const { errors, commands } = await clientsAlone({ ...hosts, ...late });
        expect(errors.map(({ message }) => message)).toEqual([
          expect.stringMatching(/ConsulClient w have a problem.*\n.* holds no host; give one/),
        ]);
        expect(errors.map(({ stack }) => stack)).toEqual([""]);
        expect(commands).toEqual([]);
      }
  });

  test("a wrong key that arrives late reaches no host's settings", async () => {
    const gossipKey = output(Promise.resolve("short"));
    const program = await clientsAlone({ gossipKey });
    expect(program.errors[0]?.message).toContain("gossipKey");
    const staged = program.commands.filter(({ name }) => /-(secrets|config|activate)$/.test(name));
    expect(staged).toEqual([]);
  });

  test("a secret of the configuration does not come late: a wrong one reaches no host, and is told with all else", async () => {
    const program = await clientsAlone({ gossipKey: secret("short"), version: "v1" });
    expect(program.commands.map(({ name }) => name)).toEqual([]);
    for (const path of ["gossipKey", "version", "no host was reached"])
      expect(program.errors[0]?.message).toContain(path);
  });

  test("two hosts of one name are refused", async () => {
    const [first, second] = clientHosts();
    const hosts = [first, { ...second, name: "web-1" }] as ReturnType<typeof clientHosts>;
    const program = await clientsAlone({ existing: { hosts } });
    expect(program.errors[0]?.message).toContain("existing.hosts[1].name");
  });
});
