// How a departure reaches the hosts: where the keys lie meanwhile, and OpenSSH itself, at closed doors.
//
// Does not prove that OpenSSH reaches anybody: departures on machines of the lab do.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { clusterOf, existing, servers } from "./support/clusters";
import { Computer } from "./support/departing";
import { silentCluster } from "./support/silentServer";

describe("the keys", () => {
  test.each(["c-consul-2-departure", "c-farewell"])(
    "lie in files of their own as long as it runs, for nobody else to read: %s",
    async (name) => {
      const computer = new Computer(await clusterOf(existing()));
      const { access, left } = computer.run(name, "delete");
      expect(access).toEqual([
        "700 .",
        "600 bastion.consul-3.key",
        "600 consul-1.key",
        "600 consul-2.key",
        "600 consul-3.key",
        "600 known_hosts",
        "600 owner",
        "600 ssh_config",
      ]);
      expect(left).toBe(false);
    },
  );

  test("are gone after a failure, too", async () => {
    const answers = { "consul-2 leave.sh": 1 };
    const outcome = new Computer(await clusterOf(existing())).run(
      "c-consul-2-departure",
      "delete",
      answers,
    );
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.access).not.toEqual([]);
  });
});

/**
 * As many ports that nobody listens on; no two are the same, for all are closed at the end. Below those that a kernel gives away by
 * itself: another test would have got one of them by then.
 */
async function closedPorts(count: number): Promise<number[]> {
  const first = 20_000 + 4 * (process.pid % 2_500);
  const ports = Array.from({ length: count }, (_, i) => first + i);
  const listeners = ports.map((port) => createServer().listen(port, "127.0.0.1"));
  await Promise.all(listeners.map((listener) => once(listener, "listening")));
  await Promise.all(listeners.map((listener) => once(listener.close(), "close")));
  return ports;
}

describe("OpenSSH itself, to closed doors", () => {
  const path = spawnSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).stdout.trim();

  test("stops at a host that answers, until it is left behind", async ({ skip }) => {
    skip(path === "", "ssh is not installed; install it with the system's package manager");
    const ports = await closedPorts(3);
    const all = servers().map(({ bastion: _, ...server }, i) => {
      return { ...server, sshHost: "127.0.0.1", port: ports[i] as number };
    });
    const cluster = await clusterOf({ existing: { servers: all } });
    expect(cluster.errors).toEqual([]);
    const computer = new Computer(cluster).withOpenSsh(path);
    const refused = computer.run("c-consul-2-departure", "delete");
    expect(refused).toMatchObject({ status: 1, left: false });
    expect(refused.stderr).toContain("its host answers, and no SSH server does");
    expect(refused.stderr).not.toContain("\r");
    expect(refused.access).toContain("700 .");
    const alone = computer.leavingBehind("consul-2").run("c-consul-2-departure", "delete");
    expect(alone).toMatchObject({ status: 1, left: false });
    expect(alone.stderr).toContain("none of its neighbours answers SSH");
    // Nothing in the configuration kept it from trying.
    expect(alone.stderr.match(/port \d+: Connection refused/g)).toHaveLength(3);
    const untold = computer.run("c-farewell", "delete");
    expect(untold).toMatchObject({ status: 1, left: false });
    expect(untold.stderr).toContain("CONSUL_CLUSTER_LEAVE_BEHIND=consul-1,consul-3 in the");
    expect(untold.stderr.match(/port \d+: Connection refused/g)).toHaveLength(2);
    expect(untold.stderr).not.toContain("\r");
    expect(computer.leavingBehind("all").run("c-farewell", "delete")).toMatchObject({
      status: 0,
      stderr: "",
      left: false,
    });
    computer.leavingBehind("consul-2");
    for (const [name, status] of [
      ["consul-2", 0],
      ["consul-1", 1],
    ] as const)
      expect(computer.run(`c-${name}-departure`, "delete")).toMatchObject({ status, left: false });
    computer.leavingBehind("all");
    expect(computer.run("c-consul-1-departure", "delete")).toMatchObject({
      status: 0,
      left: false,
    });
  });

  test("hears of a server that accepts the connection and says nothing", async ({ skip }) => {
    skip(path === "", "ssh is not installed; install it with the system's package manager");
    const { cluster } = await silentCluster();
    const computer = new Computer(cluster).withOpenSsh(path, "-o ConnectTimeout=1");
    const outcome = computer.run("c-consul-1-departure", "delete");
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain("it accepts the connection and says nothing");
  });
});
