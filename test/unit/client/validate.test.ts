// What is refused of a client's arguments, beyond what clients share with servers: test/unit/validate has that.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { validateClients } from "../../../components/validate/client";
import { clientArgs } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: wrong types on purpose
type Anything = any;

const problems = (more: Anything) =>
  validateClients(clientArgs(more) as PlainClientArgs).map(
    ({ path, message }) => `${path}: ${message}`,
  );

test("right arguments have no problem", () => {
  expect(problems({})).toEqual([]);
  // The recursor of the host itself: a client's DNS is on another port.
  expect(problems({ recursors: ["127.0.0.1"] })).toEqual([]);
});

describe("the hosts", () => {
  test("of exactly one source, one at least, an even number too", () => {
    expect(problems({ existing: undefined })[0]).toMatch(/^nspawn, existing: none of them is set/);
    expect(problems({ existing: { hosts: [] } })).toEqual([
      "existing.hosts: holds no host; give one at least",
    ]);
    expect(problems({ existing: {} })[0]).toMatch(/^existing\.hosts: is missing/);
    const nspawn = { image: "/x", machines: [{ name: "m", address: "198.18.77.5" }] };
    expect(problems({ nspawn })[0]).toMatch(/^nspawn, existing: both of them are set/);
    expect(problems({ existing: undefined, nspawn })).toEqual([]);
  });

  test("are named as the settings name them", () => {
    const { hosts } = clientArgs().existing as { hosts: object[] };
    const twice = [hosts[0], { ...hosts[1], name: "web-1", port: 0, user: "" }];
    expect(problems({ existing: { hosts: twice } }).map((line) => line.split(":")[0])).toEqual([
      "existing.hosts[1].name",
      "existing.hosts[1].port",
      "existing.hosts[1].user",
    ]);
  });
});

test("they have no HTTPS, for they have no certificates", () => {
  expect(problems({ addresses: { https: "127.0.0.1" } })).toEqual([
    "addresses.https: has no effect on a client, which has no HTTPS; leave it out",
  ]);
});

describe("what they join", () => {
  test.each([
    ["10.0.0.11:8401"],
    ["2001:db8::1"],
    ["[2001:db8::1]:8301"],
    ["consul.example.com:1"],
  ])("%s is taken", (server) => {
    expect(problems({ servers: [server] })).toEqual([]);
  });

  test.each([
    ["10.0.0.11:0", "no valid port"],
    ["10.0.0.11:http", "no valid port"],
    ["10.0.0.256", "not an IP address"],
    ["http://10.0.0.11", "no valid port"],
    ["[consul]:8301", "no address"],
    ["provider=aws tag_key=a tag_value=b", "search in a cloud"],
    ["10.0.0.21", 'is the address of the client "web-1" itself'],
  ])("%s is refused", (server, reason) => {
    const found = problems({ servers: ["10.0.0.11", server] });
    expect(found).toEqual([expect.stringMatching(`^servers\\[1\\]: .*${reason}`)]);
  });

  test("is somebody", () => {
    expect(problems({ servers: [] })).toEqual([
      "servers: names no server; give one address at least",
    ]);
    expect(problems({ servers: undefined })[0]).toMatch(/^servers: is missing/);
  });
});

test("the key is asked for, and never shown", () => {
  expect(problems({ gossipKey: undefined })[0]).toMatch(/^gossipKey: is missing/);
  expect(problems({ gossipKey: "hunter2" }).join()).not.toContain("hunter2");
});

describe("services", () => {
  const of = (service: Anything) => problems({ services: [{ name: "a", port: 1, ...service }] });
  const check = (look: Anything) => of({ checks: [look] });

  test.each([
    ["name", { name: "a_b" }, "no name in DNS"],
    ["port", { port: 70000 }, "not a port"],
    ["address", { address: "a b" }, ""],
    ["tags[0]", { tags: [""] }, "is empty"],
    ["meta.a b", { meta: { "a b": "c" } }, "no key"],
    ["meta.a", { meta: { a: 1 } }, "not a number"],
  ])("%s", (path, service, reason) => {
    expect(of(service)).toEqual([
      expect.stringMatching(`^services\\[0\\]\\.${path.replace(/[[\]]/g, "\\$&")}: .*${reason}`),
    ]);
  });

  test("are looked at in exactly one way", () => {
    expect(check({ http: "https://127.0.0.1:8443/x" })).toEqual([]);
    expect(check({ tcp: "[::1]:80", interval: "1s", timeout: "1s" })).toEqual([]);
    expect(check({})).toEqual([expect.stringContaining("looks at nothing")]);
    expect(check({ http: "http://a", tcp: "a:1" })).toEqual([
      expect.stringContaining("looks two ways"),
    ]);
    expect(check({ tcp: "127.0.0.1" })).toEqual([expect.stringContaining("is not host:port")]);
    expect(check({ http: "127.0.0.1" })).toEqual([expect.stringContaining("is no URL")]);
    const secret = check({ http: "http://u:hunter2@a/" });
    expect(secret).toEqual([expect.stringContaining("holds a user or password")]);
    expect(secret.join()).not.toContain("hunter2");
    expect(check({ tcp: "a:1", interval: "1" })).toEqual([
      expect.stringContaining("services[0].checks[0].interval"),
    ]);
  });

  test("of one id are one too many", () => {
    const services = [
      { name: "a", port: 1 },
      { name: "a", port: 2 },
    ];
    expect(problems({ services })).toEqual([
      expect.stringMatching(/^services\[1\]: has the id of services\[0\] already/),
    ]);
    expect(problems({ services: [services[0], { ...services[1], id: "b" }] })).toEqual([]);
  });
});

test("whatever arrives, validation says it and does not throw", () => {
  const keys =
    "existing hosts nspawn machines servers gossipKey services name port checks http tcp ports dns addresses recursors meta tags".split(
      " ",
    );
  const anything = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.anything(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 6 }),
    ),
  })).value;
  fc.assert(
    fc.property(anything, (args) => {
      for (const { path, message } of validateClients(args as Anything)) {
        expect(path).not.toBe("");
        expect(message).toMatch(/^[^\n]+$/);
      }
    }),
    { numRuns: 300 },
  );
});
