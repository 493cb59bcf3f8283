// TLS in the graph: a CA and certificates that are made once, secret wherever a key travels, and nowhere without `tls`.
// The scripts of their commands run here as the Command plugin runs them, with openssl.
//
// Does not prove what hosts do with them: test/changes/05-tls.test.ts looks at a cluster.

import { spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isSecret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { caDigests } from "../../components/render/tls";
import { renewalOf } from "../../components/secrets/certificates";
import { isCaStep } from "../../components/settings/tlsModes";
import { pemBlocks } from "../../components/validate/pem";
import { tlsFile } from "../support/tlsFiles";
import { clusterOf, existing, madeCa, names, nspawn, textOf } from "./support/clusters";
import { expectSecretIn } from "./support/places";
import type { Registered } from "./support/recorder";

const withTls = (tls: ConsulClusterArgs["tls"] = {}) => ({ ...existing(), tls });
const given = {
  caCertificate: tlsFile("ca.pem"),
  certificates: Object.fromEntries(
    names(3).map((name) => [
      name,
      { certificate: tlsFile("server.pem"), privateKey: tlsFile("server.key") },
    ]),
  ),
};

/** What a command of the graph says. */
function run(
  command: Registered,
  input: "create" | "update",
  { stdin = "", previous, env = {} }: { stdin?: string; previous?: string; env?: object } = {},
) {
  const [program, ...args] = command.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...outer } = process.env;
  const environment = { ...outer, ...(command.inputs.environment as object), ...env };
  return spawnSync(program, [...args, textOf(command, input)], {
    env: {
      ...environment,
      ...(previous !== undefined && { PULUMI_COMMAND_STDOUT: previous }),
    } as NodeJS.ProcessEnv,
    input: stdin,
    encoding: "utf8",
  });
}

/** A line of a private key that no other has. */
const heart = (file: string) => tlsFile(file).split("\n")[1] as string;

const certificateOf = (text: string) =>
  new X509Certificate(pemBlocks(text, "CERTIFICATE")[0] as string);

describe("the CA", async () => {
  const ca = (await clusterOf(withTls())).get("c-tls-ca");
  const made = run(ca, "create");

  test("is one that may sign servers' certificates alone, with its own key", () => {
    expect(made.stderr).toBe("");
    const certificate = certificateOf(made.stdout);
    expect(certificate.ca).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.stdout))).toBe(true);
  });

  test("is said again by any later run, and not made again where it was lost", () => {
    expect(run(ca, "update", { previous: made.stdout })).toMatchObject({
      status: 0,
      stdout: made.stdout,
    });
    const { status, stdout, stderr } = run(ca, "update");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("bring the state back");
  });

  test("has no input that a host or a setting could change", async () => {
    expect(Object.keys(ca.inputs).sort()).toEqual(["create", "interpreter", "logging", "update"]);
    expect(ca.dependencies).toEqual([]);
    expect(ca.additionalSecretOutputs).toEqual(expect.arrayContaining(["stdout", "stderr"]));
    const other = await clusterOf({ ...withTls({ mode: "offered" }), ui: false });
    expect(other.get("c-tls-ca").inputs).toEqual(ca.inputs);
  });
});

describe("a certificate", async () => {
  const command = (await clusterOf(withTls())).get("c-consul-2-certificate");
  const stdin = textOf(command, "stdin");
  const made = run(command, "create", { stdin });

  test("is for the name that Consul asks for, the server's own, its address and loopback", () => {
    expect(made.stderr).toBe("");
    const certificate = certificateOf(made.stdout);
    expect(certificate.subjectAltName).toBe(
      "DNS:server.dc1.consul, DNS:consul-2.server.dc1.consul, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:10.0.0.12",
    );
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkPrivateKey(createPrivateKey(made.stdout))).toBe(true);
    expect(certificate.verify(certificateOf(madeCa).publicKey)).toBe(true);
  });

  test("is made behind the guard: what is refused there leaves those that are there", async () => {
    const cluster = await clusterOf({ ...existing(), tls: {} });
    for (const name of names(3))
      expect(cluster.get(`c-${name}-certificate`).dependencies).toContain("c-fixed-settings");
  });

  test("is said again as long as the same is asked for", () => {
    const previous = made.stdout.trimEnd();
    const again = run(command, "update", { stdin, previous });
    expect(again).toMatchObject({ status: 0, stdout: previous });
  });

  test.each<[string, Parameters<typeof run>[2]]>([
    ["a renewal", { env: { RENEWAL: "99" } }],
    ["other names", { env: { NAMES: "DNS:server.dc2.consul" } }],
    ["a state that has lost it", { previous: "" }],
    ["what is no pair", { previous: made.stdout.replace(/^[A-Za-z0-9+/]{64}$/m, "") }],
  ])("is made anew for %s", (_, asked) => {
    const { status, stdout } = run(command, "update", { stdin, previous: made.stdout, ...asked });
    expect(status).toBe(0);
    expect(certificateOf(stdout).serialNumber).not.toBe(certificateOf(made.stdout).serialNumber);
  });

  test("is asked for anew every 120 days, long before it ends", () => {
    const day = 24 * 3600 * 1000;
    expect(renewalOf(120 * day)).toBe(renewalOf(240 * day - 1));
    expect(renewalOf(240 * day)).toBe(renewalOf(120 * day) + 1);
    const { validFrom, validTo } = certificateOf(made.stdout);
    expect((Date.parse(validTo) - Date.parse(validFrom)) / day).toBe(365);
  });

  test("is asked for anew where somebody says so, and is known by another label", async () => {
    const asked = async (renewal?: number) => {
      const { get } = await clusterOf({ ...existing(), tls: { renewal } });
      const { environment } = get("c-consul-2-certificate").inputs as {
        environment: { RENEWAL: string };
      };
      return [
        environment.RENEWAL,
        textOf(get("c-consul-2-activate"), "stdin").match(/^certificate .*$/m)?.[0],
      ];
    };
    const [now, label] = await asked();
    expect(await asked(0)).toEqual([now, label]);
    expect(await asked(2)).toEqual([
      `${now}.2`,
      label?.replace(`renewal-${now}-`, `renewal-${now}.2-`),
    ]);
  });

  test("no key stands in the text or the environment of a command", () => {
    const { stdin: _, ...open } = command.inputs;
    expect(JSON.stringify(open)).not.toContain(heart("ca.key"));
  });
});

test.each<[string, ConsulClusterArgs]>([
  ["nothing said", existing()],
  ["off", withTls({ mode: "off" })],
])("without TLS there is nothing of it: %s", async (_, args) => {
  const { resources, get } = await clusterOf(args);
  expect(resources.map(({ name }) => name).join(" ")).not.toMatch(/tls|certificate/);
  expect(get("c").outputs).toMatchObject({ caCertificate: "", certificateDaysLeft: -1 });
  expect(get("c").outputs.httpAddresses).toEqual(
    names(3).map((_, i) => `http://10.0.0.${11 + i}:80`),
  );
  for (const { name, inputs } of resources.filter(({ name }) =>
    /consul-\d-(secrets|config|activate|repair)/.test(name),
  ))
    expect(JSON.stringify(inputs), name).not.toMatch(/tls=|tls-|certificate=/);
});

describe.each<[string, ConsulClusterArgs["tls"], string]>([
  ["made", {}, "renewal-\\d+-[0-9a-f]{12}"],
  [
    "of a CA",
    { caCertificate: given.caCertificate, caKey: tlsFile("ca.key") },
    "renewal-\\d+-[0-9a-f]{12}",
  ],
  ["handed in", given, "[0-9a-f]{12}"],
])("certificates, %s", async (_, tls, label) => {
  const cluster = await clusterOf(withTls(tls));

  test("the CA's key reaches no host, a server's only the stdin that stages it", () => {
    expect(cluster.errors).toEqual([]);
    const hosts = cluster.resources.filter(({ type }) => type === "command:remote:Command");
    expect(JSON.stringify(hosts.map(({ inputs }) => inputs))).not.toContain(heart("ca.key"));
    expectSecretIn(
      cluster,
      heart("server.key"),
      names(3).map((name) => `c-${name}-secrets inputs.stdin`),
    );
  });

  test("are known by their label: whoever activates, verifies or reviews knows that they change", () => {
    for (const name of names(3)) {
      const activate = textOf(cluster.get(`c-${name}-activate`), "stdin");
      expect(activate).toMatch(new RegExp(`^certificate ${label}$`, "m"));
      const config = textOf(cluster.get(`c-${name}-config`), "create");
      expect(config).toMatch(new RegExp(` certificate=${label}`));
    }
  });

  test("are no reason to hide anything else, and the CA is an output for everybody", async () => {
    for (const name of names(3))
      for (const step of ["config", "activate", "repair"])
        expect(typeof cluster.get(`c-${name}-${step}`).inputs.stdin, step).toBe("string");
    expect(await isSecret(cluster.result?.caCertificate as never)).toBe(false);
    expect(cluster.get("c").outputs.caCertificate).toBe(tlsFile("ca.pem"));
    expect(cluster.get("c").outputs.certificateDaysLeft).toBeGreaterThan(30_000);
  });

  test("whoever asks is told of HTTPS", () => {
    expect(cluster.get("c").outputs.httpAddresses).toEqual(
      names(3).map((_, i) => `https://10.0.0.${11 + i}:8501`),
    );
  });
});

describe("another CA", async () => {
  const of = async (tls: ConsulClusterArgs["tls"]) => {
    const { get, errors, resources } = await clusterOf(withTls(tls));
    expect(errors).toEqual([]);
    const secrets = textOf(get("c-consul-1-secrets"), "stdin");
    return {
      trusted: pemBlocks(
        /==> tls-ca.pem <==\n([\s\S]*?)==>/.exec(secrets)?.[1] ?? "",
        "CERTIFICATE",
      ),
      out: get("c").outputs.caCertificate,
      label: textOf(get("c-consul-1-activate"), "stdin").match(/^certificate (.*)$/m)?.[1] ?? "",
      noted: textOf(get("c-fixed-settings"), "stdin").match(
        /^setting tls.caCertificate (.*)$/m,
      )?.[1],
      signs: resources.some(({ name }) => name === "c-consul-1-certificate")
        ? textOf(get("c-consul-1-certificate"), "stdin")
        : "",
      made: resources.map(({ name }) => name).filter((name) => name.startsWith("c-tls-ca")),
    };
  };
  const [ca, other] = ["ca.pem", "other-ca.pem"].map(tlsFile) as [string, string];
  const alone = await of({});

  test("that is made is trusted first, then signs, then stands alone", async () => {
    const trusted = await of({ authorities: [1, 2] });
    expect(trusted).toMatchObject({ trusted: [ca, other], out: ca + other, noted: "made+made-2" });
    expect(trusted.label).toBe(`${alone.label}+made-2`);
    expect(trusted.signs).toBe(alone.signs);

    const signs = await of({ authorities: [2, 1] });
    expect(signs).toMatchObject({ trusted: [other, ca], noted: "made-2+made" });
    expect(signs.signs).toContain(other.trim());
    expect(signs.label.split("+")).toEqual([expect.not.stringContaining(alone.label), "made"]);

    expect(await of({ authorities: [2] })).toMatchObject({
      trusted: [other],
      noted: "made-2",
      made: ["c-tls-ca-2"],
      label: signs.label.replace("+made", ""),
    });
  });

  test("of a number is the same as before there were numbers", async () => {
    expect(await of({ authorities: [1] })).toEqual(alone);
    expect(alone).toMatchObject({ trusted: [ca], noted: "made", made: ["c-tls-ca"] });
  });

  test("that is handed in is trusted in the same way, beside one that is made, too", async () => {
    const [one, two] = [ca, other].map((pem) => caDigests(pem)[0]);
    const beside = await of({ trustedCaCertificates: other });
    expect(beside).toMatchObject({ trusted: [ca, other], noted: `made+${two}` });
    const signing = { caCertificate: ca, caKey: tlsFile("ca.key") };
    expect(await of({ ...signing, trustedCaCertificates: other })).toMatchObject({
      trusted: [ca, other],
      noted: `${one}+${two}`,
      made: [],
    });
    expect(await of({ ...signing, authorities: [2] })).toMatchObject({
      trusted: [ca, other],
      noted: `${one}+made-2`,
    });
    // From the one that is made to this one, as docs/security.md has it: each step's first is among the others before and after.
    const way = [
      {},
      { trustedCaCertificates: ca },
      { ...signing, authorities: [1] },
      signing,
      { ...signing, authorities: [1] },
      { authorities: [1], trustedCaCertificates: ca },
      {},
    ];
    const noted = [];
    for (const step of way) noted.push((await of(step)).noted?.split("+") ?? []);
    for (const [i, names] of noted.slice(1).entries())
      expect(isCaStep(noted[i] ?? [], names), `${i}: ${noted[i]} to ${names}`).toBe(true);
    const { certificates } = given;
    const pairs = await of({ caCertificate: ca, certificates, trustedCaCertificates: other });
    expect(pairs).toMatchObject({ trusted: [ca, other], made: [] });
    expect(pairs.label).toMatch(new RegExp(`^[0-9a-f]{12}\\+${two}$`));
  });
});

test("in a preview of the first run no certificate is known, but that it will be there", async () => {
  const { errors, get } = await clusterOf({ ...nspawn(), tls: {} }, { preview: true });
  expect(errors).toEqual([]);
  expect(textOf(get("c-consul-1-activate"), "stdin")).toMatch(/^certificate renewal-/m);
});
