// Keys that are none are refused on every level where no compiler looks, and so is what comes too late. What there is comes
// from the schema for other languages, which is made of the arguments' types.

import { describe, expect, test } from "vitest";
import { checkKeys, checkPlain } from "../../../components/validate/shape";
import { clientArgs } from "../client/support";
import { cases } from "../render/cases";

const cluster = (args: object) => checkKeys(args, "ConsulCluster").map(told);
const told = ({ path, message }: { path: string; message: string }) => `${path}: ${message}`;

describe("a key that is none", () => {
  test.each([
    [{ dataCenter: "fra1" }, "dataCenter: is not a setting; did you mean datacenter?"],
    [
      { dnsConfig: { maxstale: "30s" } },
      "dnsConfig.maxstale: is not a setting; did you mean maxStale?",
    ],
    [
      { existing: { servers: [{ name: "a" }, { nmae: "b" }] } },
      "existing.servers[1].nmae: is not a setting; did you mean name?",
    ],
    [{ constructor: 1 }, expect.stringMatching(/^constructor: is not a setting;/)],
    [
      { aws: { servers: [], bastion: { hots: "x" } } },
      "aws.bastion.hots: is not a setting; did you mean host?",
    ],
    [
      { tls: { certificates: { "consul-1": { cert: "x" } } } },
      "tls.certificates.consul-1.cert: is not a setting; known here: certificate, privateKey",
    ],
  ])("%j is refused, with what was meant", (args, said) => {
    expect(cluster(args)).toEqual([said]);
  });

  test("of client agents, too", () => {
    expect(
      checkKeys({ services: [{ name: "web", port: 80, tag: ["a"] }] }, "ConsulClient").map(told),
    ).toEqual(["services[0].tag: is not a setting; did you mean tags?"]);
  });

  test("is none in what the user names", () => {
    const free = {
      environment: { A: "1" },
      extraConfig: { a: { b: [{ c: 1 }] } },
      sha256: { x: "" },
    };
    expect(cluster({ ...free, version: undefined, nothing: undefined })).toEqual([]);
    for (const { args } of Object.values(cases)) expect(cluster(args)).toEqual([]);
    expect(checkKeys(clientArgs(), "ConsulClient")).toEqual([]);
  });

  test("and whatever stands in its place: nothing is thrown", () => {
    for (const odd of [null, 1, "x", [], [null], { servers: null }, { servers: [1, [2]] }])
      for (const key of ["existing", "tls", "ports", "recursors", "sha256"])
        expect(() => cluster({ [key]: odd })).not.toThrow();
  });
});

describe("what comes late", () => {
  const late = Symbol("late");
  const places = (args: object, component: "ConsulCluster" | "ConsulClient" = "ConsulCluster") =>
    checkPlain(args, component, (value) => value === late).map(({ path }) => path);

  test("may not be which hosts there are, what they are called, or what is made for them", () => {
    expect(places({ existing: late, nspawn: late, aws: late, tls: late, acl: late })).toEqual([
      "existing",
      "nspawn",
      "aws",
      "tls",
      "acl",
    ]);
    expect(places({ existing: { servers: late } })).toEqual(["existing.servers"]);
    expect(places({ existing: { servers: [{ name: late }, late] } })).toEqual([
      "existing.servers[0].name",
      "existing.servers[1]",
    ]);
    expect(places({ tls: { mode: late, caKey: late }, acl: { managementToken: late } })).toEqual([
      "tls.mode",
    ]);
    expect(places({ existing: { hosts: late } }, "ConsulClient")).toEqual(["existing.hosts"]);
  });

  test("may be no Promise of an object, of which nobody sees a field; an Output shows them", () => {
    const promised = Promise.resolve({ rotation: 3 });
    const isPromise = (value: unknown) => value instanceof Promise;
    const args = { gossip: promised, ports: promised, version: Promise.resolve("1.22.0") };
    expect(checkPlain(args, "ConsulCluster", isPromise).map(({ path }) => path)).toEqual([
      "gossip",
      "ports",
    ]);
  });

  test("may be anything else", () => {
    const server = { name: "a", address: late, privateKey: late, bastion: late };
    const free = { version: late, ports: late, recursors: [late], environment: { A: late } };
    expect(places({ ...free, existing: { servers: [server] }, extraConfig: { a: late } })).toEqual(
      [],
    );
    expect(
      places({ servers: late, gossipKey: late, tls: { caCertificate: late } }, "ConsulClient"),
    ).toEqual([]);
  });
});
