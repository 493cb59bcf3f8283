// The plan: what depends on other arguments, and the small sums around it. Its defaults are held against args.ts in
// test/unit/settings/table.test.ts.
//
// Does not prove that a default is a wise one, nor that Pulumi.yaml repeats the same ones.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { hostPort, localApi } from "../../../components/cluster/listening";
import { faultTolerance, planCluster } from "../../../components/cluster/plan";
import { promisedDefaults } from "../support/argsDefaults";

describe("ACLs", () => {
  test("are off where nothing is said of them, and deny where nothing is said inside", () => {
    expect(planCluster({}).acl).toEqual({ defaultPolicy: "off" });
    expect(planCluster({ acl: {} }).acl).toEqual({ defaultPolicy: "deny" });
  });
});

describe("TLS", () => {
  test("is off where nothing is said of it, and required where nothing is said inside", () => {
    expect(planCluster({}).tls.mode).toBe("off");
    const promised = JSON.parse(promisedDefaults("TlsArgs").mode ?? "");
    expect(planCluster({ tls: {} }).tls.mode).toBe(promised);
  });

  // Whoever asks as an agent does gets one, where no ACLs ask for a token.
  test.each<[boolean, PlainArgs]>([
    [true, { tls: {}, acl: {} }],
    [true, { tls: {}, acl: { defaultPolicy: "allow" } }],
    [false, { tls: {} }],
    [false, { tls: {}, acl: { defaultPolicy: "off" } }],
    [true, { tls: { clientCertificates: true } }],
    [false, { tls: { clientCertificates: false }, acl: {} }],
  ])("gives client agents certificates: %s", (gives, args) => {
    expect(planCluster(args).tls.clientCertificates).toBe(gives);
  });

  test("that is required, or preferred, opens HTTPS and closes HTTP, where nothing else is said; on the way there nothing moves", () => {
    const { ports, addresses } = planCluster({ tls: {} });
    expect(addresses).toMatchObject({ https: "0.0.0.0", http: "127.0.0.1" });
    expect(ports.https).toBe(8501);
    const said = { ports: { https: 443 }, addresses: { http: "10.0.0.1" } };
    expect(planCluster({ tls: {}, ...said })).toMatchObject(said);
    expect(planCluster({ tls: { mode: "preferred" } })).toMatchObject({ ports, addresses });
    for (const mode of ["offered", "outgoing", "off"])
      expect(planCluster({ tls: { mode } })).toMatchObject({
        ports: planCluster({}).ports,
        addresses: planCluster({}).addresses,
      });
  });
});

test("what is said goes before the default, also where it is false, zero or empty", () => {
  const plan = planCluster({
    enableSyslog: false,
    ui: false,
    skipLeaveOnInterrupt: false,
    rejoinAfterLeave: false,
    dnsConfig: { allowStale: false, maxStale: "0s" },
    ports: { dns: -1 },
  });
  expect(plan).toMatchObject({ enableSyslog: false, ui: false, skipLeaveOnInterrupt: false });
  expect(plan).toMatchObject({
    rejoinAfterLeave: false,
    dnsConfig: { allowStale: false, maxStale: "0s" },
  });
  expect(plan.ports).toMatchObject({ dns: -1, http: 80 });
});

test("the servers come from whichever source is given, in its order, without what is about their hosts", () => {
  const hostKey = "ssh-ed25519 AAAA";
  const servers = [
    { name: "b", address: "10.0.0.2", wipeData: "once" },
    { name: "a", address: "10.0.0.1" },
  ];
  const own = { nodeMeta: {}, environment: {}, extraConfig: {} };
  const planned = [
    { ...servers[0], own },
    { ...servers[1], wipeData: "", own },
  ];
  const machines = servers.map((server) => ({ ...server, generation: 3 }));
  expect(planCluster({ nspawn: { image: "/image", machines } }).servers).toEqual(planned);
  const existing = { servers: servers.map((server) => ({ ...server, hostKey, privateKey: "k" })) };
  expect(planCluster({ existing }).servers).toEqual(planned);
});

test("a mirror is taken with and without slashes at its end", () => {
  expect(planCluster({ mirror: "https://a.example/consul//" }).mirror).toBe(
    "https://a.example/consul",
  );
  expect(planCluster({ mirror: "file:///srv/mirror" }).mirror).toBe("file:///srv/mirror");
});

describe("fault tolerance", () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 1],
    [5, 2],
    [6, 2],
    [7, 3],
  ])("%i servers tolerate %i", (servers, tolerated) => {
    expect(faultTolerance(servers)).toBe(tolerated);
  });

  test("what is left is a quorum, and with one less it is none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (servers) => {
        const quorum = Math.floor(servers / 2) + 1;
        expect(servers - faultTolerance(servers)).toBeGreaterThanOrEqual(quorum);
        expect(servers - faultTolerance(servers) - 1).toBeLessThan(quorum);
      }),
    );
  });
});

test.each([
  ["10.0.0.1", "10.0.0.1:80"],
  ["2001:db8::1", "[2001:db8::1]:80"],
  ["::1", "[::1]:80"],
  ["consul.example", "consul.example:80"],
])("host and port of %s", (host, expected) => {
  expect(hostPort(host, 80)).toBe(expected);
});

describe("the address at which a server reaches its own agent", () => {
  test.each([
    [undefined, "http://127.0.0.1:80"],
    ["0.0.0.0", "http://127.0.0.1:80"],
    ["127.0.0.1", "http://127.0.0.1:80"],
    ["::", "http://127.0.0.1:80"],
    ["10.0.0.11", "http://10.0.0.11:80"],
    ["10.0.0.11 127.0.0.1", "http://127.0.0.1:80"],
    ["127.0.0.2 10.0.0.11", "http://127.0.0.2:80"],
    ["::1", "http://[::1]:80"],
    ["2001:db8::11", "http://[2001:db8::11]:80"],
    ["2001:db8::11 127.0.0.1", "http://127.0.0.1:80"],
    ["own", "http://10.0.0.13:80"],
    ["own 127.0.0.1", "http://127.0.0.1:80"],
  ])("listening on %s", (http, expected) => {
    const plan = planCluster(http === undefined ? {} : { addresses: { http } });
    expect(localApi(plan, "10.0.0.13")).toBe(expected);
  });

  test.each([
    ["unix:///run/consul/http.sock", "unix:///run/consul/http.sock"],
    ["own unix:///run/consul/http.sock", "unix:///run/consul/http.sock"],
    ["unix:///run/consul/http.sock 127.0.0.1", "http://127.0.0.1:80"],
    ["unix:///run/consul/http.sock 0.0.0.0", "http://127.0.0.1:80"],
  ])("on a socket, listening on %s", (http, expected) => {
    expect(localApi(planCluster({ addresses: { http } }), "10.0.0.13")).toBe(expected);
  });

  test.each([
    [undefined, "https://127.0.0.1:8501"],
    ["own", "https://10.0.0.13:8501"],
    ["127.0.0.2 own", "https://127.0.0.2:8501"],
  ])("over HTTPS alone, listening on %s", (https, expected) => {
    const addresses = https === undefined ? {} : { https };
    const plan = planCluster({ tls: {}, ports: { http: -1 }, addresses });
    expect(localApi(plan, "10.0.0.13")).toBe(expected);
  });

  test("has the port of the settings", () => {
    expect(localApi(planCluster({ ports: { http: 8500 } }), "10.0.0.13")).toBe(
      "http://127.0.0.1:8500",
    );
  });
});
