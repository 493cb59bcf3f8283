import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { underLoad } from "../support/load";
import { keepsItsPromise } from "../support/promise";
import {
  addresses,
  api,
  apis,
  baseSettings,
  names,
  on,
  processes,
  trio,
  trioIsUp,
} from "../support/trio";

// Changes of the running cluster while writers write through all three servers. Nothing acknowledged may be
// lost; the gaps are those that the writers see; and what each does is what its plan says.
//
// As all files here, but for those that say otherwise, with TLS and ACLs: CONSUL_CLUSTER_TESTS_WAY has other ways (test/support/way.ts).

beforeAll(trioIsUp);

async function takesNothingDown(change: () => Promise<unknown>): Promise<void> {
  // The engine alone keeps this computer busy.
  const { lost, longestGap, idleGap } = await underLoad(apis, change, () => trio.preview());
  expect(lost).toEqual([]);
  expect(longestGap).toBeLessThanOrEqual(1000 + idleGap);
}

test("a setting that needs a restart: one server after the other, never the leader, no gap over a second", async () => {
  const settings = { ...baseSettings, environment: { GOMAXPROCS: "1" } };
  const { said } = await keepsItsPromise(trio, addresses, settings, { says: "restart" });
  expect(said.match(/restart done/g)?.length).toBeGreaterThanOrEqual(3);
  expect(said, "whoever led handed over").toContain("leadership handed over");
  // The engine may show a line twice.
  const snapshots = [...new Set(said.match(/[\w-]+: snapshot saved: \S+/g))];
  expect(
    snapshots.map((line) => line.replace(/:.*/, "")).sort(),
    "one snapshot a server, before it changes",
  ).toEqual(Object.keys(addresses).sort());
});

test("a follower that hangs while the others change, and is killed while they do: they wait for it, no gap over a second", async () => {
  const leader = await api("test-1").leader();
  const follower = [...names]
    .reverse()
    .find((name) => !leader.startsWith(`${addresses[name]}:`)) as string;
  const signal = (name: string) => on(follower, `sudo pkill -${name} -x consul`);
  trio.settings = { ...baseSettings, environment: { GOMAXPROCS: "2" } };
  await takesNothingDown(async () => {
    await signal("STOP");
    const said = trio.up();
    await setTimeout(15_000);
    await signal("CONT");
    await setTimeout(5_000);
    await signal("KILL");
    expect((await said).stdout.match(/restart done/g)?.length).toBeGreaterThanOrEqual(3);
  });
});

test("a setting that a reload takes over: no process is restarted, no gap over a tenth of a second", async () => {
  const settings = (attempt: number) => ({
    ...trio.settings,
    dnsConfig: { maxStale: `${attempt + 20}s` },
  });
  const { said } = await keepsItsPromise(trio, addresses, settings, { says: "reload", gap: 100 });
  expect(said).toContain("reload done");
});

test("a setting of autopilot's goes to its API, and touches no server", async () => {
  const autopilot = { server_stabilization_time: "12s" };
  const settings = { ...trio.settings, extraConfig: { autopilot } };
  const { plan } = await keepsItsPromise(trio, addresses, settings, { says: "staging" });
  expect(plan.autopilot.flatMap(({ lines }) => lines).join("\n")).toMatch(
    /^\+ *"ServerStabilizationTime": "12s"/m,
  );
  const path = "/v1/operator/autopilot/configuration";
  expect(await api("test-1").get(path)).toMatchObject({
    ServerStabilizationTime: "12s",
    CleanupDeadServers: true,
    MinQuorum: 3,
  });
});

test("a setting that passes verification and fails at start: that server goes back, the others never change", async () => {
  const before = await processes();
  const good = trio.settings;
  // An address that no host here has: `consul validate` does not try it.
  const grpc = { addresses: { grpc: "198.51.100.1" } };
  trio.settings = { ...good, ports: { ...(good.ports as object), grpc: 8502 }, extraConfig: grpc };
  await takesNothingDown(async () => {
    const said = await trio.upThatFails();
    expect(said).toContain("it has its previous ones again");
    expect(said, "the cause, from its journal").toMatch(/cannot assign requested address/);
  });
  const after = await processes();
  expect(after.slice(1), "the others never restarted").toEqual(before.slice(1));
  expect(await on("test-1", "sudo cat /etc/consul.d/server/10-server.json")).not.toContain("8502");
  expect(await api("test-1").leader()).not.toBe("");
  trio.settings = good;
  await trio.up();
});

test("a restart is refused while another server is down that no repair helps, and nothing was changed", async () => {
  const before = await processes();
  trio.settings = { ...baseSettings, dnsConfig: { maxStale: "59s" } };
  await on("test-3", "sudo systemctl stop consul");
  await on("test-3", "sudo systemd-run -q --unit taken systemd-socket-activate -d -l 53 cat");
  await on("test-3", "sudo systemctl start consul");
  const said = await trio.upThatFails();
  expect(said).toMatch(
    /test-3: this server .*, and is not well with the staged release and settings/,
  );
  expect(said, "the cause, from its journal").toMatch(/address already in use/);
  expect((await processes()).slice(0, 2)).toEqual(before.slice(0, 2));
  await on("test-3", "sudo systemctl stop taken");
  await trioIsUp();
});
