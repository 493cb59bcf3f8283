// What is said of TLS: which CA, which certificates, how far it goes. The certificates are real ones, see test/support/tls.
//
// Does not prove that Consul takes what passes: test/changes/05-tls.test.ts does.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { validate } from "../../../components/validate";
import { tlsFile } from "../../support/tlsFiles";
import { servers } from "../render/cases";
import { problemsOf } from "./support";

const ca = tlsFile("ca.pem");
const pair = (name: string, key = name) => ({
  certificate: tlsFile(`${name}.pem`),
  privateKey: tlsFile(`${key}.key`),
});

/** What is wrong with three servers, of which the second one has this certificate. */
function wrongWith(second: unknown, more: PlainArgs = {}): string[] {
  const certificates = {
    "consul-1": pair("server"),
    "consul-2": second,
    "consul-3": pair("wildcard"),
  };
  const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
  const tls = { caCertificate: ca, certificates } as PlainArgs["tls"];
  return validate({ existing, tls, ...more }).map(({ path, message }) => `${path}: ${message}`);
}

const at = "tls.certificates.consul-2";

describe("what is said of TLS", () => {
  test.each([
    {},
    { mode: "required" },
    { mode: "outgoing" },
    { mode: "preferred" },
    { mode: "offered" },
    { mode: "off" },
    { caCertificate: ca, caKey: tlsFile("ca.key") },
  ])("%j is taken", (tls) => {
    expect(problemsOf({ tls })).toEqual([]);
  });

  test.each<[unknown, string]>([
    ["required", "tls: must be an object, not a string"],
    [{ mode: "on" }, 'tls.mode: "on" is none of "required"'],
    [{ caCertificate: "x", caKey: tlsFile("ca.key") }, "tls.caCertificate: holds no certificate"],
    [
      { caCertificate: ca + tlsFile("other-ca.pem"), caKey: tlsFile("ca.key") },
      "tls.caCertificate: holds more than one",
    ],
    [
      { caCertificate: tlsFile("server.pem"), caKey: tlsFile("server.key") },
      "tls.caCertificate: is no CA's certificate",
    ],
    [{ caCertificate: ca }, "tls: beside caCertificate give exactly one of caKey"],
    [
      { caCertificate: ca, caKey: tlsFile("ca.key"), certificates: {} },
      "tls: beside caCertificate give exactly one of caKey",
    ],
    [{ caKey: tlsFile("ca.key") }, "tls.caCertificate: is missing"],
    [
      { caCertificate: ca, caKey: tlsFile("server.key") },
      "tls.caKey: is not the key of caCertificate",
    ],
    [{ caCertificate: ca, caKey: "secret-words" }, "tls.caKey: is no private key in PEM"],
    [{ authorities: [] }, "tls.authorities: holds no number; leave it out"],
    [{ authorities: [1, 1] }, "tls.authorities: 1 stands there twice"],
    [{ authorities: [1, "2"] }, 'tls.authorities[1]: "2" is no whole number from 1 on'],
    [{ authorities: 2 }, "tls.authorities: must be a list of numbers"],
    [{ trustedCaCertificates: "x" }, "tls.trustedCaCertificates: holds no certificate"],
    [{ trustedCaCertificates: tlsFile("server.pem") }, "tls.trustedCaCertificates: is no CA's"],
    [
      {
        caCertificate: ca,
        caKey: tlsFile("ca.key"),
        trustedCaCertificates: tlsFile("other-ca.pem") + ca,
      },
      "tls.trustedCaCertificates: holds caCertificate",
    ],
  ])("%# is refused", (tls, message) => {
    const problems = problemsOf({ tls });
    expect(problems).toContainEqual(expect.stringContaining(message));
    expect(problems.join()).not.toContain("secret-words");
  });
});

describe("a certificate that is handed in", () => {
  test.each(["server", "wildcard"])("%s is taken", (name) => {
    expect(wrongWith(pair(name))).toEqual([]);
  });

  test("with the CA behind it, too", () => {
    const certificate = tlsFile("server.pem") + ca;
    expect(wrongWith({ ...pair("server"), certificate })).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["none", undefined, `${at}: is missing; every server needs one`],
    ["a text", "x", `${at}: must be an object`],
    ["without its key", { certificate: ca }, `${at}.privateKey: is missing`],
    ["no PEM", { ...pair("server"), certificate: "x" }, `${at}.certificate: holds no certificate`],
    ["another key", pair("server", "wildcard"), `${at}.privateKey: is not the key`],
    ["of another CA", pair("other", "server"), `${at}.certificate: is not signed by caCertificate`],
    ["for a node alone", pair("wrong-name"), `${at}.certificate: is not for server.dc1.consul`],
    ["for a server's use alone", pair("server-only"), "is not for a client's use"],
    ["of yesterday", pair("expired", "server"), `${at}.certificate: has ended on Jan`],
  ])("%s is refused", (_, given, message) => {
    const problems = wrongWith(given);
    expect(problems).toContainEqual(expect.stringContaining(message));
    expect(problems.join()).not.toContain("PRIVATE KEY");
  });

  test("is for the datacenter and the domain of the settings", () => {
    const problems = wrongWith(pair("server"), { datacenter: "dc2", domain: "example." });
    expect(problems).toContainEqual(expect.stringContaining("is not for server.dc2.example,"));
  });

  test("of nobody is refused", () => {
    const tls = { caCertificate: ca, certificates: { "consul-9": pair("server") } };
    expect(problemsOf({ tls })).toContainEqual(
      expect.stringContaining("tls.certificates.consul-9: is no server of this cluster"),
    );
  });
});

describe("beside it", () => {
  test("extraConfig says nothing of TLS; without it, what it says is the user's own", () => {
    for (const extraConfig of [
      { tls: { defaults: { ca_file: "/ca.pem" } } },
      { verify_incoming: true },
      { auto_encrypt: { allow_tls: true } },
      { addresses: { https: "10.0.0.1" } },
    ]) {
      expect(problemsOf({ tls: {}, extraConfig })).toHaveLength(1);
      expect(problemsOf({ extraConfig })).toEqual([]);
      expect(problemsOf({ tls: { mode: "off" }, extraConfig })).toEqual([]);
    }
  });

  test("HTTPS answers at 8501, which nobody else may have then", () => {
    expect(problemsOf({ tls: {}, ports: { dns: 8501 } })).toEqual([
      expect.stringContaining("ports.dns: 8501 is the port of ports.https by default"),
    ]);
    expect(problemsOf({ ports: { dns: 8501 } })).toEqual([]);
    expect(problemsOf({ tls: {}, ports: { https: -1 } })).toEqual([
      expect.stringContaining("ports.https: -1 would leave TLS without HTTPS"),
    ]);
  });

  test("where HTTPS listens says nobody who has none", () => {
    expect(problemsOf({ tls: {}, addresses: { https: "0.0.0.0" } })).toEqual([]);
    for (const tls of [undefined, { mode: "outgoing" }])
      expect(problemsOf({ ...(tls && { tls }), addresses: { https: "0.0.0.0" } })).toEqual([
        expect.stringContaining("addresses.https: has no effect"),
      ]);
  });
});
