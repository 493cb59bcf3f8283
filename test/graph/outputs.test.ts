// What others get of a cluster.
//
// Does not prove that anybody answers there.

import { describe, expect, test } from "vitest";
import { clusterOf, existing, givenKey, madeKey, names, nspawn, servers } from "./support/clusters";
import { Secret } from "./support/values";

test("three machines with all defaults", async () => {
  const { errors, get } = await clusterOf(nspawn());
  expect(errors).toEqual([]);
  expect(get("c").outputs).toEqual({
    servers: names(3).map((name, i) => ({
      name,
      address: `198.18.77.${11 + i}`,
      nodeId: `id-of-${name}`,
    })),
    httpAddresses: ["http://198.18.77.11:80", "http://198.18.77.12:80", "http://198.18.77.13:80"],
    dnsAddresses: ["198.18.77.11:53", "198.18.77.12:53", "198.18.77.13:53"],
    joinAddresses: ["198.18.77.11", "198.18.77.12", "198.18.77.13"],
    datacenter: "dc1",
    gossipKey: new Secret(madeKey),
    faultTolerance: 1,
    version: "1.22.0",
    ready: true,
  });
});

test("settings show in them", async () => {
  const all = servers(5).map((server, i) => ({
    ...server,
    address: `2001:db8::${i + 1}`,
  }));
  const { errors, get } = await clusterOf({
    existing: { servers: all },
    gossipKey: givenKey,
    version: "1.21.5",
    datacenter: "north",
    ports: { http: 8500, dns: 8600, serfLan: 8401 },
    addresses: { http: "::", dns: "::" },
  });
  expect(errors).toEqual([]);
  expect(get("c").outputs).toMatchObject({
    datacenter: "north",
    version: "1.21.5",
    faultTolerance: 2,
    gossipKey: new Secret(givenKey),
  });
  expect(get("c").outputs.httpAddresses).toContain("http://[2001:db8::5]:8500");
  expect(get("c").outputs.dnsAddresses).toContain("[2001:db8::1]:8600");
  expect(get("c").outputs.joinAddresses).toContain("[2001:db8::1]:8401");
});

describe("they come late enough", async () => {
  const cluster = await clusterOf(existing());

  test("the component's inputs are empty: nothing of the arguments lies in the state twice", () => {
    expect(cluster.get("c").inputs).toEqual({});
  });

  test("a server that Raft does not name has no id, and takes nobody else's", async () => {
    const Servers = [{ ID: "id-3", Node: "consul-3" }];
    const stdout = { "c-ready": JSON.stringify({ Servers }) };
    const { get } = await clusterOf(existing(), { stdout });
    const ids = (get("c").outputs.servers as { nodeId: string }[]).map(({ nodeId }) => nodeId);
    expect(ids).toEqual(["", "", "id-3"]);
  });
});
