import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { agents, clientAddresses, hosts, makeClientHosts, on, web } from "../support/clientHosts";
import { dns, type Member } from "../support/consul";
import { power, ssh } from "../support/machines";
import { addresses, api as apiOf, baseSettings, trio, trioIsUp } from "../support/secondTrio";
import type { Settings } from "../support/stack";
import { eventually } from "../support/wait";

// Client agents on two hosts that stood before. examples/clients makes them as it stands: what it knows of the cluster are its
// stack's outputs. The cluster is the second one: this is as long as many others together, which would wait for it.

const api = apiOf("more-1");

/** What runs on the hosts, and the clients' further arguments. */
function set(services: object[], more: Settings = {}): void {
  const settings = { addresses: { dns: "0.0.0.0" }, ...mirrorSettings, ...more };
  web.settings = { ...web.settings, services, settings };
}

const gossipKey = async () => (await trio.outputs<{ gossipKey: string }>()).gossipKey;

/** The state of a client as a server sees it, 0 for none. */
async function status(name: string): Promise<number> {
  const members = await api.get<Member[]>("/v1/agent/members");
  return members.find(({ Name }) => Name === name)?.Status ?? 0;
}

/** Addresses of the service, by the DNS of an agent. */
const found = async (agent: string) => (await dns(agent).resolve4("shop.service.consul")).sort();

const service = {
  name: "shop",
  port: 8080,
  checks: [{ tcp: "127.0.0.1:22", interval: "1s" }],
};

beforeAll(async () => {
  await web.forget();
  await trioIsUp();
  await makeClientHosts(trio);
});

afterAll(async () => {
  // Where a test has failed, the stack still knows hosts that are about to go.
  await web.forget();
  await hosts.remove();
  await trio.destroy();
});

test("agents join, know a leader, and find each other's service by DNS", async () => {
  set([service]);
  // The example as it stands, once.
  web.asUsersDo = true;
  await web.up();
  web.asUsersDo = false;
  const outputs = await web.outputs();
  const places = {
    dnsAddresses: ["198.18.77.26:8600", "198.18.77.27:8600"],
    httpAddresses: Array(2).fill("http://127.0.0.1:8500"),
  };
  expect(outputs).toMatchObject({ ready: true, ...places });
  for (const { name, nodeId } of outputs.clients as { name: string; nodeId: string }[]) {
    expect(nodeId).toBe(await on(name, "sudo cat /var/consul/node-id"));
    expect(await status(name)).toBe(1);
  }
  for (const agent of [addresses["more-2"] as string, ...(outputs.dnsAddresses as string[])]) {
    const both = JSON.stringify(clientAddresses);
    await eventually(
      `${agent} finds both`,
      30,
      async () => JSON.stringify(await found(agent)) === both,
    );
  }
  await web.up("--expect-no-changes");
});

describe("a change", () => {
  test("of a service is a reload: the same process", async () => {
    const before = await agents();
    set([{ ...service, tags: ["v2"] }]);
    expect(await web.preview("--diff")).toMatch(
      /- +reloadable-settings .*\s+\+ +reloadable-settings /,
    );
    const { stdout } = await web.up();
    expect(stdout.match(/updated .*reload done/g)).toHaveLength(2);
    expect(await agents()).toEqual(before);
    const registered = await on("web-1", "curl -sf http://127.0.0.1:8500/v1/agent/services");
    expect(JSON.parse(registered).shop.Tags).toEqual(["v2"]);
  });

  test("of another setting restarts one after the other", async () => {
    const before = await agents();
    set([service], { environment: { GOMAXPROCS: "2" } });
    const { stdout } = await web.up();
    expect(stdout.match(/updated .*restart done/g)).toHaveLength(2);
    const after = await agents();
    for (const index of [0, 1]) expect(after[index]).not.toBe(before[index]);
  });

  test("that Consul refuses stops the run before any client changes", async () => {
    const before = await agents();
    set([service], { extraConfig: { dns_config: { no_such_key: true } } });
    expect(await web.upThatFails()).toContain("refuses the settings");
    expect(await agents()).toEqual(before);
  });

  test("with which an agent does not come back is taken back, and reaches no other", async () => {
    const [, second] = await agents();
    const was = await on("web-1", "readlink /etc/consul.d/client");
    // Where SSH listens.
    set([service], { extraConfig: { ports: { grpc: 22 } } });
    expect(await web.upThatFails()).toContain("so it has its previous ones again");
    expect(await on("web-1", "readlink /etc/consul.d/client")).toBe(was);
    expect(await status("web-1")).toBe(1);
    expect((await agents())[1]).toBe(second);
    set([service], { environment: { GOMAXPROCS: "2" } });
    await web.up();
    expect((await agents())[1]).toBe(second);
  });
});

describe("a rotation of the servers' key", () => {
  const other = Buffer.alloc(32, 12).toString("base64");

  test("goes through with clients in the pool, and reaches them without a restart", async () => {
    const before = await agents();
    trio.settings = { ...baseSettings, gossipKey: await trio.encrypted(other) };
    await trio.up();
    const rings = await api.get<{ Keys: object }[]>("/v1/operator/keyring");
    expect(rings.map(({ Keys }) => Keys)).toEqual([{ [other]: 3 }, { [other]: 5 }]);
    expect((await web.up()).stdout.match(/updated .*settings noted/g)).toHaveLength(2);
    expect(await agents()).toEqual(before);
  });

  test("has reached the settings, too: a client whose data is wiped joins again", async () => {
    await on("web-2", "sudo systemctl stop consul; sudo find /var/consul -mindepth 1 -delete");
    await on("web-2", "sudo systemctl start consul");
    await eventually("web-2 knows a leader", 60, async () =>
      (await on("web-2", "curl -sf http://127.0.0.1:8500/v1/status/leader")).includes("8300"),
    );
  });

  test("that a client has missed is made good by the next run", async () => {
    await on("web-2", "sudo consul leave");
    await eventually("it has left", 20, async () => (await status("web-2")) === 3);
    // Refused for a client that is down, not for one that has left.
    await trioIsUp();
    expect((await web.up()).stdout).toContain("keyring with another gossip key removed");
    expect(await status("web-2")).toBe(1);
  });

  test("leaves the key in no plain place", async () => {
    for (const key of [other, await gossipKey()]) {
      const files = web.stateFiles();
      expect(files.length).toBeGreaterThan(0);
      for (const [file, text] of files) expect(text.includes(key), file).toBe(false);
      expect(readFileSync(web.logFile, "utf8").includes(key)).toBe(false);
    }
    const find = "sudo journalctl --no-pager | grep -cF -f /dev/fd/3";
    const key = await gossipKey();
    const { stdout } = await ssh("clients", "web-1", `exec 3<&0; ${find}`, key);
    expect(stdout.trim()).toBe("0");
    const places = "/etc /var /usr/local /run /tmp /root /home";
    const grep = `exec 3<&0; sudo grep -rlsF -f - ${places} <&3 | xargs sudo stat -c '%U:%G %a' | sort -u`;
    const modes = await ssh("clients", "web-1", grep, key);
    expect(modes.stdout.trim().split("\n")).toEqual([
      "consul:consul 600",
      "root:consul 640",
      "root:root 600",
    ]);
  });
});

describe("leaving", () => {
  test("a host that is dead does not block it, and the others forget it", async () => {
    await power("kill", "web-2");
    const both = web.settings.hosts as { name: string }[];
    web.settings = { ...web.settings, hosts: both.filter(({ name }) => name === "web-1") };
    await web.up();
    expect(await status("web-2")).toBe(0);
  });

  test("a host whose client is there gets none under another name", async () => {
    const { hosts: as, ...others } = web.settings;
    web.settings = { ...others, hosts: [{ ...(as as object[])[0], name: "web-9" }] };
    expect(await web.upThatFails()).toContain(
      "this host has the client agent web-1; take that off",
    );
    expect(await status("web-1")).toBe(1);
    web.settings = { ...others, hosts: as };
  });

  test("destroy takes the agent out, and everything of it off the host, its data included", async () => {
    await web.destroy();
    expect([0, 3]).toContain(await status("web-1"));
    const gone =
      "/etc/systemd/system/consul.service /etc/consul.d/client /etc/consul.d/client.sets /etc/sysconfig/consul /usr/local/bin/consul /usr/local/lib/consul /usr/local/lib/consul-cluster /var/lib/consul-cluster /var/consul";
    expect(await on("web-1", `ls -d ${gone} 2>/dev/null || true`)).toBe("");
    expect(await on("web-1", "getent passwd consul || true")).toBe("");
    // The servers went on as if nothing had been.
    expect(await api.leader()).not.toBe("");
  });
});
