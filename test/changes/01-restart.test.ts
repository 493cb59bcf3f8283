import { beforeAll, expect, test } from "vitest";
import { removeLeftovers } from "../support/leftovers";
import { keepsWithin, underLoad } from "../support/load";
import { api, apis, baseSettings, names, on, processes, trio, trioIsUp } from "../support/trio";

// Changes of the running cluster while writers write through all three servers. Nothing acknowledged may be
// lost; the gaps are those that the writers see.

beforeAll(async () => {
  await removeLeftovers();
  await trioIsUp();
});

/** The change under load, after a preview of it: the engine alone keeps this computer busy. */
function besideAPreview(change: () => Promise<unknown>) {
  return underLoad(apis, change, () => trio.preview());
}

async function takesNothingDown(change: () => Promise<unknown>): Promise<void> {
  const { lost, longestGap, idleGap } = await besideAPreview(change);
  expect(lost).toEqual([]);
  expect(longestGap).toBeLessThanOrEqual(1000 + idleGap);
}

test("a setting that needs a restart: one server after the other, never the leader, no gap over a second", async () => {
  const before = await processes();
  trio.settings = { ...baseSettings, environment: { GOMAXPROCS: "1" } };
  await takesNothingDown(async () => {
    const { stdout } = await trio.up();
    expect(stdout.match(/restart done/g)?.length).toBeGreaterThanOrEqual(3);
    expect(stdout, "whoever led handed over").toContain("leadership handed over");
    expect(stdout.match(/snapshot saved/g), "one snapshot, before the first change").toBeTruthy();
  });
  const after = await processes();
  for (const i of names.keys()) expect(after[i]).not.toBe(before[i]);
});

test("a setting that a reload takes over: no process is restarted, no gap over a tenth of a second", async () => {
  const before = await processes();
  await keepsWithin(100, (attempt) => {
    trio.settings = { ...trio.settings, dnsConfig: { maxStale: `${attempt + 20}s` } };
    return besideAPreview(async () => {
      expect((await trio.up()).stdout).toContain("reload done");
    });
  });
  expect(await processes()).toEqual(before);
});

test("a setting of autopilot's goes to its API, and touches no server", async () => {
  const before = await processes();
  const autopilot = { server_stabilization_time: "12s" };
  trio.settings = { ...trio.settings, extraConfig: { autopilot } };
  expect(await trio.preview("--diff")).toMatch(/"ServerStabilizationTime":"12s"/);
  await trio.up();
  const path = "/v1/operator/autopilot/configuration";
  expect(await api("test-1").get(path)).toMatchObject({
    ServerStabilizationTime: "12s",
    CleanupDeadServers: true,
    MinQuorum: 3,
  });
  expect(await processes()).toEqual(before);
});

test("a setting that passes verification and fails at start: that server goes back, the others never change", async () => {
  const before = await processes();
  const good = trio.settings;
  // A file that is there and readable, and holds no certificate: `consul validate` does not look inside.
  const tls = { https: { cert_file: "/etc/hostname", key_file: "/etc/hostname" } };
  trio.settings = { ...good, ports: { https: 8501 }, extraConfig: { tls } };
  await takesNothingDown(async () => {
    const said = await trio.upThatFails();
    expect(said).toContain("it has its previous ones again");
    expect(said, "the cause, from its journal").toMatch(/PEM|certificate|tls/i);
  });
  const after = await processes();
  expect(after.slice(1), "the others never restarted").toEqual(before.slice(1));
  expect(await on("test-1", "sudo cat /etc/consul.d/server/10-server.json")).not.toContain("8501");
  expect(await api("test-1").leader()).not.toBe("");
  trio.settings = good;
  await trio.up();
});

test("a restart is refused while another server is down, and nothing was changed", async () => {
  const before = await processes();
  trio.settings = baseSettings;
  await on("test-3", "sudo systemctl stop consul");
  const said = await trio.upThatFails();
  expect(said).toMatch(/not restarted, for the others are not well: test-3 is no healthy voter/);
  expect((await processes()).slice(0, 2)).toEqual(before.slice(0, 2));
  await on("test-3", "sudo systemctl start consul");
  await trioIsUp();
});
