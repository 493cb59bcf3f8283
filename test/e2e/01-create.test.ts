import { beforeAll, describe, expect, test } from "vitest";
import { labRecord } from "../../lab/network/resolver";
import { dns, type Member, type RaftServer } from "../support/consul";
import { upCutOffAt } from "../support/cutOff";
import {
  addresses,
  api,
  apis,
  baseSettings,
  names,
  on,
  processes,
  trio,
  trioIsGone,
} from "../support/trio";
import { eventually, pause } from "../support/wait";

// From nothing to three servers, cut off twice on the way. It does not prove anything about changes of a
// running cluster: the later files do.

beforeAll(async () => {
  // What a run of this clone has left; of others there is nothing any more (labLock.ts).
  await trioIsGone();
  trio.settings = baseSettings;
  trio.asUsersDo = true;
});

describe("a creation that is cut off", () => {
  test("kill -9 in the middle of staging, kill -9 in the middle of activating: the next run converges", async () => {
    await upCutOffAt(trio, (said) => /consul-test-\d-release creating/.test(said));
    // A machine that was still booting is down with the run: it runs nothing either.
    const state = (name: string) =>
      on(name, "systemctl is-active consul || true").catch(() => "off");
    const started = await Promise.all(names.map(state));
    expect(started, "nothing runs while not everything is staged").not.toContain("active");
    await upCutOffAt(trio, (said) => /consul-test-1-activate creating/.test(said));
  });

  test("two of three fresh servers elect no leader, and the third makes the cluster", async () => {
    await trio.up(
      "--exclude",
      "**test-3-activate",
      "--exclude",
      "**consul-ready",
      "--exclude-dependents",
    );
    await eventually("two servers run", 20, async () => {
      const members = await api("test-1").get<Member[]>("/v1/agent/members");
      return members.length === 2;
    });
    await pause(10_000);
    expect(await api("test-1").leader()).toBe("");
    expect(await api("test-2").leader()).toBe("");
    await trio.up();
  });
});

describe("the cluster", () => {
  test("three members alive on every server, one leader, three voters", async () => {
    for (const server of apis) {
      const members = await server.get<Member[]>("/v1/agent/members");
      expect(members.map(({ Name, Status }) => [Name, Status]).sort()).toEqual(
        names.map((name) => [name, 1]),
      );
      const raft = await server.get<{ Servers: RaftServer[] }>("/v1/operator/raft/configuration");
      expect(raft.Servers.filter(({ Voter }) => Voter)).toHaveLength(3);
      expect(raft.Servers.filter(({ Leader }) => Leader)).toHaveLength(1);
    }
    expect(new Set(await Promise.all(apis.map((server) => server.leader()))).size).toBe(1);
  });

  test("the article's own command works on every server", async () => {
    for (const name of names) {
      const table = await on(name, "consul members -http-addr=127.0.0.1:80");
      expect(table.match(/ alive +server /g)).toHaveLength(3);
    }
  });

  test("no consul process started before all three servers were staged", async () => {
    const staged = await Promise.all(
      names.map((name) => on(name, firstTime("-t consul-cluster", "staged and verified"))),
    );
    const started = await Promise.all(
      names.map((name) => on(name, firstTime("-u consul", "Starting consul"))),
    );
    expect(Math.min(...started.map(Number))).toBeGreaterThan(Math.max(...staged.map(Number)));
  });

  test("a value written through one server is read consistently from all", async () => {
    for (const [i, server] of apis.entries()) {
      const value = `written through ${server.address} at ${Date.now()}`;
      expect(await server.put(`/v1/kv/e2e/${i}`, value)).toBe(true);
      for (const reader of apis) expect(await reader.value(`e2e/${i}`)).toBe(value);
    }
  });

  test("DNS on port 53 names all servers, and asks the recursor for the rest", async () => {
    for (const name of names) {
      const resolver = dns(addresses[name] as string);
      expect((await resolver.resolve4("consul.service.consul")).sort()).toEqual(
        Object.values(addresses),
      );
      expect(await resolver.resolve4(labRecord.name)).toEqual([labRecord.address]);
    }
  });

  test("outputs say what others need", async () => {
    const outputs = await trio.outputs();
    expect(outputs).toMatchObject({
      datacenter: "dc1",
      faultTolerance: 1,
      ready: true,
      version: "1.22.0",
      httpAddresses: Object.values(addresses).map((address) => `http://${address}:80`),
      dnsAddresses: Object.values(addresses).map((address) => `${address}:53`),
    });
    const raft = await api("test-1").get<{ Servers: RaftServer[] }>(
      "/v1/operator/raft/configuration",
    );
    const ids = Object.fromEntries(raft.Servers.map(({ Node, ID }) => [Node, ID]));
    expect(outputs.servers).toEqual(
      names.map((name) => ({ name, address: addresses[name], nodeId: ids[name] })),
    );
    expect(Buffer.from(outputs.gossipKey as string, "base64")).toHaveLength(32);
  });
});

describe("a server's host", () => {
  test("Consul runs as the user consul, with one capability and no more", async () => {
    for (const name of names) {
      const pid = await on(name, "systemctl show consul -p MainPID --value");
      expect(await on(name, `ps -o user= -p ${pid}`)).toBe("consul");
      const capabilities = await on(
        name,
        `awk '/^Cap(Eff|Prm|Bnd)/ { print $2 }' /proc/${pid}/status | sort -u`,
      );
      expect(capabilities, "CAP_NET_BIND_SERVICE alone").toBe("0000000000000400");
    }
  });

  test("owners and modes are as designed", async () => {
    const paths =
      "/var/consul /etc/consul.d/server/ /etc/consul.d/server/*.json /usr/local/bin/consul /var/lib/consul-cluster/server /etc/sysconfig/consul /etc/systemd/system/consul.service";
    const modes = await on("test-1", `sudo sh -c 'stat -L -c "%n %U:%G %a" ${paths}'`);
    expect(modes.split("\n")).toEqual([
      "/var/consul consul:consul 700",
      "/etc/consul.d/server/ root:consul 750",
      "/etc/consul.d/server/10-server.json root:consul 640",
      "/etc/consul.d/server/20-reloadable.json root:consul 640",
      "/etc/consul.d/server/30-secrets.json root:consul 640",
      "/etc/consul.d/server/40-neighbours.json root:consul 640",
      "/etc/consul.d/server/bootstrap.json root:consul 640",
      "/usr/local/bin/consul root:root 755",
      "/var/lib/consul-cluster/server root:root 700",
      "/etc/sysconfig/consul root:root 600",
      "/etc/systemd/system/consul.service root:root 644",
    ]);
    expect(await on("test-1", "getent passwd consul | cut -d: -f7")).toBe("/usr/sbin/nologin");
    expect(await on("test-1", "readlink /usr/local/bin/consul")).toBe(
      "/usr/local/lib/consul/1.22.0/consul",
    );
  });

  test("nothing of the download or of the staging is left over", async () => {
    const leftovers =
      "sudo find /tmp /var/tmp /usr/local /run/consul-cluster -name '*.zip' -o -name '*SHA256SUMS*' -o -name '.incoming*' -o -name 'candidate.*' -o -name '*.new'";
    for (const name of names) expect(await on(name, leftovers)).toBe("");
  });

  test("the service is enabled and sandboxed", async () => {
    expect(await on("test-1", "systemctl is-enabled consul")).toBe("enabled");
    const rating = await on(
      "test-1",
      "sudo systemd-analyze security consul --no-pager | tail -n 1",
    );
    expect(Number(/: ([0-9.]+)/.exec(rating)?.[1])).toBeLessThanOrEqual(1.6);
  });
});

describe("a second run", () => {
  test("has no changes and restarts nothing", async () => {
    const before = await processes();
    await trio.up("--expect-no-changes");
    expect(await processes()).toEqual(before);
  });
});

/** Time of the first line in a journal that contains `text`, in seconds with a fraction. */
function firstTime(selection: string, text: string): string {
  return `sudo journalctl ${selection} -o short-unix --no-pager | grep -m 1 -F '${text}' | cut -d' ' -f1`;
}
