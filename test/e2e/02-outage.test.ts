import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { RaftServer } from "../support/consul";
import { power } from "../support/machines";
import { addresses, api, names, on, processesOf, trio, trioIsUp } from "../support/trio";
import { eventually } from "../support/wait";

// One machine without power, then back. It does not prove what a partition or a full disk does.

beforeAll(trioIsUp);
afterAll(() => power("start", "test-2"));

test("with one machine off the other two serve; booted again, it is back without help", async () => {
  const others = names.filter((name) => name !== "test-2");
  await power("kill", "test-2");
  await eventually("the others agree on a leader among them", 30, async () => {
    const leaders = await Promise.all(others.map((name) => api(name).leader()));
    return (
      leaders[0] !== "" &&
      leaders[0] === leaders[1] &&
      !leaders[0]?.startsWith(addresses["test-2"] as string)
    );
  });
  for (const [i, name] of others.entries()) {
    expect(await api(name).put(`/v1/kv/outage/${i}`, name)).toBe(true);
    for (const reader of others) expect(await api(reader).value(`outage/${i}`)).toBe(name);
  }
  const raft = await api("test-1").get<{ Servers: RaftServer[] }>(
    "/v1/operator/raft/configuration",
  );
  expect(raft.Servers, "the server that is away keeps its vote: min_quorum").toHaveLength(3);

  await power("start", "test-2");
  // Asked of the one that was away: on a quick machine it is off and booting before autopilot has missed it.
  await eventually("three healthy voters, says the one that was away", 60, async () => {
    const health = await api("test-2").get<{ Servers: { Healthy: boolean; Voter: boolean }[] }>(
      "/v1/operator/autopilot/health",
    );
    return (
      health.Servers.length === 3 && health.Servers.every(({ Healthy, Voter }) => Healthy && Voter)
    );
  });
  expect(await api("test-2").value("outage/0"), "it has what was written without it").toBe(
    "test-1",
  );
});

test("a host that accepts connections and says nothing ends the run, by name; nothing changes, and it converges", async () => {
  // sshd, before its handshake: the kernel takes connections for it.
  await on("test-3", "sudo systemctl kill --kill-who=main -s STOP ssh.service");
  const before = await processesOf("test-1", "test-2");
  trio.settings = { ...trio.settings, environment: { GOMAXPROCS: "1" } };
  vi.stubEnv("CONSUL_CLUSTER_PATIENCE", "12");
  const said = await trio.upThatFails().finally(() => vi.unstubAllEnvs());
  expect(said).toContain(
    "test-3: cannot be reached over SSH: it accepts the connection and says nothing at 198.18.77.23 port 22",
  );
  expect(await processesOf("test-1", "test-2"), "the barrier holds the others back").toEqual(
    before,
  );
  await power("kill", "test-3");
  await power("start", "test-3");
  await trioIsUp();
});
