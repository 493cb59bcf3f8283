// What others get of a cluster.
//
// Does not prove that anybody answers there.

import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import {
  clusterOf,
  existing,
  givenKey,
  madeKey,
  names,
  nspawn,
  readyText,
  type Server,
  servers,
} from "./support/clusters";
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
    domain: "consul",
    gossipKey: new Secret(madeKey),
    managementToken: "",
    clientToken: "",
    aclDefaultPolicy: "off",
    caCertificate: "",
    clientCaCertificate: "",
    clientSettings: {
      joinAddresses: ["198.18.77.11", "198.18.77.12", "198.18.77.13"],
      datacenter: "dc1",
      domain: "consul",
      version: "1.22.0",
      gossipKey: new Secret(madeKey),
      clientCaCertificate: "",
      clientToken: "",
      aclDefaultPolicy: "off",
    },
    certificateDaysLeft: -1,
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

describe("they name what is there", () => {
  const outputsOf = async (args: Partial<ConsulClusterArgs>, count = 3) => {
    const { errors, get } = await clusterOf({ ...existing(count), ...args });
    expect(errors).toEqual([]);
    return get("c").outputs as { httpAddresses: string[]; dnsAddresses: string[] };
  };

  test("no HTTP and no DNS where it listens on loopback alone", async () => {
    const addresses = { http: "127.0.0.1 ::1", dns: "127.0.0.53" };
    const { httpAddresses, dnsAddresses } = await outputsOf({ addresses });
    expect([httpAddresses, dnsAddresses]).toEqual([[], []]);
  });

  test("no DNS where it is off", async () => {
    expect((await outputsOf({ ports: { dns: -1 } })).dnsAddresses).toEqual([]);
  });

  test("an address that is named, beside loopback, is where others reach it", async () => {
    const addresses = { http: "127.0.0.1 192.0.2.80", dns: "192.0.2.53 127.0.0.1" };
    const { httpAddresses, dnsAddresses } = await outputsOf({ addresses }, 1);
    expect(httpAddresses).toEqual(["http://192.0.2.80:80"]);
    expect(dnsAddresses).toEqual(["192.0.2.53:53"]);
  });

  test("each one's own address, where it listens there", async () => {
    const addresses = { http: "own 127.0.0.1", dns: "127.0.0.1 own" };
    const { httpAddresses, dnsAddresses } = await outputsOf({ addresses });
    expect(httpAddresses).toEqual(servers(3).map(({ address }) => `http://${address}:80`));
    expect(dnsAddresses).toEqual(servers(3).map(({ address }) => `${address}:53`));
  });

  test("the server's own address goes before others, however it is spelled", async () => {
    const own = { ...servers(1)[0], address: "2001:db8::11" } as Server;
    const { httpAddresses } = await outputsOf({
      existing: { servers: [own] },
      addresses: { http: "2001:db8::80 2001:DB8:0::11" },
    });
    expect(httpAddresses).toEqual(["http://[2001:db8::11]:80"]);
  });
});

describe("they come late enough", async () => {
  const cluster = await clusterOf(existing());

  test("the component's inputs are empty: nothing of the arguments lies in the state twice", () => {
    expect(cluster.get("c").inputs).toEqual({});
  });

  test("a server that Raft does not name has no id, and takes nobody else's", async () => {
    const stdout = { "c-ready": readyText(["consul-3"]) };
    const { get } = await clusterOf(existing(), { stdout });
    const ids = (get("c").outputs.servers as { nodeId: string }[]).map(({ nodeId }) => nodeId);
    expect(ids).toEqual(["", "", "id-of-consul-3"]);
  });
});
