// The two stricter ways of a server's API to listen, HTTPS alone and a unix socket: what they need of other settings, and what is
// refused. All of it before any host is reached.

import { describe, expect, test } from "vitest";
import { problemsOf } from "./support";

describe("HTTPS alone", () => {
  const alone = { ports: { http: -1 } };

  test.each(["required", "preferred"])("goes with TLS in mode %s", (mode) => {
    expect(problemsOf({ ...alone, tls: { mode } })).toEqual([]);
    expect(
      problemsOf({ tls: { mode }, ports: { http: -1, https: 443 }, addresses: { https: "own" } }),
    ).toEqual([]);
  });

  test.each([undefined, "off", "offered", "outgoing"])(
    "is refused with TLS %s: no API would be left",
    (mode) => {
      expect(problemsOf({ ...alone, ...(mode && { tls: { mode } }) })).toEqual([
        expect.stringMatching(
          `^ports.http: -1 leaves HTTPS alone.* not "${mode ?? "off"}": no API would be left`,
        ),
      ]);
    },
  );

  test("is refused where HTTPS is off, too", () => {
    expect(problemsOf({ tls: {}, ports: { http: -1, https: -1 } })).toEqual([
      expect.stringMatching(/^ports\.https: -1 would leave TLS without HTTPS/),
    ]);
  });

  test("leaves nothing to say of where HTTP listens: Consul would make no socket, and say nothing", () => {
    for (const http of ["127.0.0.1", "unix:///run/consul/http.sock"])
      expect(problemsOf({ ...alone, tls: {}, addresses: { http } })).toEqual([
        "addresses.http: has no effect with ports.http -1; leave it out",
      ]);
  });
});

describe("a unix socket", () => {
  const socket = "unix:///run/consul/http.sock";
  const of = (http: string, more = {}) => problemsOf({ addresses: { http }, ...more });

  test.each([
    socket,
    "unix:///run/consul-api/api.sock",
    `${socket} 127.0.0.1`,
    `own ${socket}`,
    `0.0.0.0 ${socket}`,
  ])("is one of the places of HTTP: %s", (http) => {
    expect(of(http)).toEqual([]);
    expect(of(http, { tls: {}, acl: {} })).toEqual([]);
  });

  test.each<[string, RegExp]>([
    ["unix://run/consul/http.sock", /is not an absolute path/],
    ["unix://", /is empty/],
    ["unix:///run/consul/../http.sock", /holds `\/\/`/],
    ["unix:///var/consul/http.sock", /is not inside \/run, and Consul's sandbox/],
    ["unix:///var/run/consul/http.sock", /is not inside \/run/],
    ["unix:///run/http.sock", /in no folder of Consul's own/],
    ["unix:///run/dbus/http.sock", /in no folder of Consul's own/],
    ["unix:///run/consul", /in no folder of Consul's own/],
    ["unix:///run/consul/a/http.sock", /in no folder of Consul's own/],
    ["unix:///run/consul-cluster/http.sock", /in no folder of Consul's own/],
    [`unix:///run/consul/${"a".repeat(100)}`, /is longer than 107/],
    [`${socket} unix:///run/consul/other.sock`, /names more than one socket/],
    [`${socket} ${socket}`, /names more than one socket/],
    [`${socket} 10.0.0.999`, /is not an IP address/],
  ])("%s is refused", (http, reason) => {
    expect(of(http)).toEqual([expect.stringMatching(reason)]);
    expect(of(http)[0]).toMatch(/^addresses\.http: /);
  });

  test("is for HTTP alone", () => {
    for (const name of ["dns", "https"])
      expect(problemsOf({ tls: {}, addresses: { [name]: socket } })).toEqual([
        expect.stringMatching(`^addresses.${name}: .* is not an IP address`),
      ]);
  });

  test("and who may write by his address do not go together", () => {
    const extraConfig = { http_config: { allow_write_http_from: ["127.0.0.0/8"] } };
    expect(of(`${socket} 127.0.0.1`, { extraConfig })).toEqual([
      expect.stringMatching(/^extraConfig\.http_config\.allow_write_http_from: has Consul refuse/),
    ]);
    expect(of("127.0.0.1", { extraConfig })).toEqual([]);
  });

  test("all problems come at once", () => {
    const extraConfig = { http_config: { allow_write_http_from: [] } };
    expect(of("unix:///tmp/a unix:///tmp/b 1.2", { extraConfig })).toHaveLength(5);
  });
});
