import { afterAll, beforeAll, expect, test } from "vitest";
import { dns, type RaftServer } from "../support/consul";
import { ssh } from "../support/machines";
import { type Kept, keepsItsPromise } from "../support/promise";
import { addresses, api, baseSettings, names, on, trio, trioIsUp } from "../support/secondTrio";
import type { Settings } from "../support/stack";
import { secured, wayName } from "../support/way";

// Where servers listen, where their folders lie and what they are called, changed one after the other while writers
// write: each a restart under the gates as the plan says it, or refused as the plan says it. The settings add up.
//
// "HTTP" is what others ask a server by: HTTPS where the cluster has TLS, and then plain HTTP stays on loopback.
//
// Client agents and other datacenters, which have to follow some of it, are not here.

beforeAll(trioIsUp);
afterAll(() => trio.destroy());

/** Settings beside those that are there; of `ports` and `addresses` one at a time. */
function beside({ ports, addresses, ...more }: Settings): Settings {
  const was = trio.settings as { ports?: object; addresses?: object };
  return {
    ...trio.settings,
    ...more,
    ...(ports !== undefined && { ports: { ...was.ports, ...ports } }),
    ...(addresses !== undefined && { addresses: { ...was.addresses, ...addresses } }),
  };
}

const restarts = (more: Settings): Promise<Kept> =>
  keepsItsPromise(trio, addresses, beside(more), { says: "restart" });

const notes = ({ plan }: Kept) => plan.warnings.map(({ text }) => text).join("\n");

async function listens(name: string, port: number, protocol: "t" | "u" = "t"): Promise<boolean> {
  return (await on(name, `sudo ss -Hln${protocol} sport = :${port}`)) !== "";
}

/** Of the addresses and ports, the one that others ask by, where it listens at first, and where it shall. */
const asked = secured
  ? { setting: "https", scheme: "https", was: 8501, port: 8543 }
  : { setting: "http", scheme: "http", was: 80, port: 8500 };

test("the port of HTTP: each server moves in its turn, and writers follow it", async () => {
  const { setting, scheme, was, port } = asked;
  // Where it is on loopback alone, plain HTTP moves with it.
  const hasHttp = ["plain", "secured"].includes(wayName);
  const kept = await restarts({ ports: { ...(hasHttp && { http: 8500 }), [setting]: port } });
  if (hasHttp) expect(notes(kept)).toContain("`ports.http` 80 → 8500");
  expect(notes(kept)).toContain(`\`ports.${setting}\` ${was} → ${port}`);
  expect(kept.said, "whoever led handed over").toContain("leadership handed over");
  for (const name of names) {
    expect(await api(name).leader()).not.toBe("");
    for (const old of [80, was]) expect(await listens(name, old)).toBe(false);
  }
  expect(await trio.outputs()).toMatchObject({
    httpAddresses: names.map((name) => `${scheme}://${addresses[name]}:${port}`),
  });
});

test("the other ports: DNS, and the servers' own RPC, whose addresses Raft learns", async () => {
  const kept = await restarts({ ports: { dns: 8600, server: 8310 } });
  for (const note of ["`ports.dns` 53 → 8600", "`ports.server`"])
    expect(notes(kept)).toContain(note);
  for (const name of names) {
    const found = await dns(`${addresses[name]}:8600`).resolve4(`${name}.node.consul`);
    expect(found).toEqual([addresses[name]]);
    expect(await listens(name, 53, "u")).toBe(false);
  }
  const { Servers } = await api("more-1").get<{
    Servers: (RaftServer & { Address: string })[];
  }>("/v1/operator/raft/configuration");
  expect(Servers.map(({ Address, Voter }) => [Address, Voter]).sort()).toEqual(
    names.map((name) => [`${addresses[name]}:8310`, true]),
  );
});

test("HTTP on loopback alone", async () => {
  const closed = await restarts({ addresses: { [asked.setting]: "127.0.0.1" } });
  expect(notes(closed)).toContain(`\`addresses.${asked.setting}\` 0.0.0.0 → 127.0.0.1`);
  for (const name of names) await expect(api(name).leader()).rejects.toThrow();
  // While nobody can ask the others over HTTP, a change goes under gates as well.
  await restarts({ environment: { GOMAXPROCS: "1" } });
});

test("HTTP on each one's own address, too, the domain, and the folder of the settings: the old one goes, and the gossip key in it", async () => {
  const kept = await restarts({
    addresses: { [asked.setting]: "own 127.0.0.1" },
    configDir: "/etc/consul",
    ...(!secured && { domain: "internal" }),
  });
  for (const note of [`\`addresses.${asked.setting}\``, "`configDir`"])
    expect(notes(kept)).toContain(note);
  // In certificates the domain stands fast.
  const domain = secured ? "consul" : "internal";
  if (!secured) expect(notes(kept)).toContain("`domain` consul → internal");
  for (const name of names) {
    expect(await api(name).leader()).not.toBe("");
    const listens = `sudo ss -Hltn 'sport = :${asked.port}' | awk '{ print $4 }' | sort | paste -sd ' '`;
    const { port } = asked;
    expect(await on(name, listens)).toBe(`127.0.0.1:${port} ${addresses[name]}:${port}`);
  }
  const resolver = dns(`${addresses["more-1"]}:8600`);
  expect(await resolver.resolve4(`more-3.node.${domain}`)).toEqual([addresses["more-3"]]);
  const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
  for (const name of names) {
    const old = "sudo find /etc/consul.d -mindepth 1 2>/dev/null || true";
    expect(await on(name, old), name).toBe("");
    const search = "exec 3<&0; sudo grep -rlF -f - /etc <&3";
    const { stdout } = await ssh(trio.name, name, search, gossipKey);
    for (const file of stdout.trim().split("\n"))
      expect(file, name).toMatch(/^\/etc\/consul(\.sets)?\//);
  }
});

test("what a cluster cannot change is refused before any host is reached, all at once, as the plan says", async () => {
  const change = {
    datacenter: "fra1",
    dataDir: "/srv/consul",
    ports: { serfLan: 8311, serfWan: 8312 },
    ...(secured && { domain: "internal.too" }),
  };
  const kept = await keepsItsPromise(trio, addresses, beside(change), {
    says: "restart",
    refused: "fixed-settings",
  });
  const settings = ["datacenter", "dataDir", "ports.serfLan", "ports.serfWan"];
  for (const setting of secured ? [...settings, "domain"] : settings) {
    expect(notes(kept)).toContain(`\`${setting}\` `);
    expect(kept.said).toContain(`${setting} is `);
  }
  expect(kept.said, "no host was reached").not.toMatch(/-(release|secrets|config) updating/);
});

test("two servers that would be wiped in one run are refused, as the plan says", async () => {
  const nspawn = baseSettings.nspawn as { machines: { name: string }[] };
  const machines = nspawn.machines.map((machine) => ({
    ...machine,
    ...(machine.name !== "more-1" && { wipeData: "both" }),
  }));
  const kept = await keepsItsPromise(trio, addresses, beside({ nspawn: { ...nspawn, machines } }), {
    says: { "more-1": "nothing", "more-2": "wipe", "more-3": "wipe" },
    refused: "two-wipes",
  });
  expect(kept.said).toContain("more-2");
});

test("after all of it there is nothing to do", async () => {
  await trio.up("--expect-no-changes");
});
