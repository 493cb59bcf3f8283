import { afterAll, beforeAll, expect, test } from "vitest";
import { upCutOffAt } from "../support/cutOff";
import { ssh } from "../support/machines";
import { keepsItsPromise } from "../support/promise";
import { addresses, api, names, on, processes, trio, trioIsUp } from "../support/trio";
import { eventually } from "../support/wait";

// Another gossip key for the running cluster. A key that is handed in takes the same way; that a wiped server
// joins with the new one is seen here, too.

beforeAll(trioIsUp);
// Rotations only rise, and the other files know of none.
afterAll(() => trio.destroy());

interface Pool {
  WAN: boolean;
  Keys: Record<string, number>;
  PrimaryKeys: Record<string, number>;
  NumNodes: number;
}

const keyring = () => api("test-1").get<Pool[]>("/v1/operator/keyring");
const gossipKey = async () => (await trio.outputs<{ gossipKey: string }>()).gossipKey;

/** Every member of every pool knows this key and no other. */
async function expectOnlyKey(key: string): Promise<void> {
  for (const { Keys, PrimaryKeys } of await keyring()) {
    expect(Keys).toEqual({ [key]: 3 });
    expect(PrimaryKeys).toEqual({ [key]: 3 });
  }
}

function nextRotation() {
  const { rotation } = trio.settings.gossip as { rotation: number };
  trio.settings = { ...trio.settings, gossip: { rotation: rotation + 1 } };
}

test("one changed line rotates the key under load: no restart, no gap over a tenth of a second", async () => {
  const old = await gossipKey();
  const next = (attempt: number) => ({ ...trio.settings, gossip: { rotation: attempt + 2 } });
  await keepsItsPromise(trio, addresses, next, { says: "rotation", gap: 100 });
  const key = await gossipKey();
  expect(key).not.toBe(old);
  await expectOnlyKey(key);
  await trio.up("--expect-no-changes");
});

test("it is refused while a member is down, before anything changes", async () => {
  const old = await gossipKey();
  await on("test-3", "sudo systemctl stop consul");
  await eventually("test-3 is seen to be down", 30, async () => {
    const members = await api("test-1").get<{ Status: number }[]>("/v1/agent/members");
    return members.some(({ Status }) => Status === 4);
  });
  nextRotation();
  expect(await trio.upThatFails()).toMatch(/not changed while a member .* is away: test-3/);
  await on("test-3", "sudo systemctl start consul");
  await eventually("it is back", 30, async () => (await api("test-3").leader()) !== "");
  await eventually("all are alive, with the old key", 30, async () =>
    (await keyring()).every(({ Keys }) => Keys[old] === 3 && Object.keys(Keys).length === 1),
  );
});

test.each([
  ["before the first server", /consul-test-1-activate updating/],
  ["before the last server", /consul-test-3-activate updating/],
  ["before the old key is removed", /consul-ready updating/],
])("cut off %s, the next run finishes it with the same key", async (_, moment) => {
  const before = await processes();
  nextRotation();
  await upCutOffAt(trio, (said) => moment.test(said));
  await trio.up();
  const key = await gossipKey();
  await expectOnlyKey(key);
  expect(await processes()).toEqual(before);
  for (const name of names) {
    const staged = "/var/lib/consul-cluster/server/staged/secrets/30-secrets.json";
    const { stdout } = await ssh(
      trio.name,
      name,
      `exec 3<&0; sudo grep -cF -f - ${staged} <&3`,
      key,
    );
    expect(stdout.trim(), name).toBe("1");
  }
});

test("a server that is wiped afterwards joins with the new key", async () => {
  const id = await on("test-3", "sudo cat /var/consul/node-id");
  await on("test-3", "sudo systemctl stop consul; sudo find /var/consul -mindepth 1 -delete");
  await on("test-3", "sudo systemctl start consul");
  await eventually("test-3 is a healthy voter again", 90, async () => {
    const health = await api("test-1").get<{
      Servers: { ID: string; Name: string; Healthy: boolean; Voter: boolean }[];
    }>("/v1/operator/autopilot/health");
    const server = health.Servers.filter(({ Name }) => Name === "test-3");
    return server.length === 1 && server[0]?.ID !== id && server[0]?.Healthy && server[0].Voter;
  });
  await expectOnlyKey(await gossipKey());
});

test("a machine that is replaced in the run that rotates comes back with the new key", async () => {
  const nspawn = trio.settings.nspawn as { machines: { name: string }[] };
  const machines = nspawn.machines.map((machine) =>
    machine.name === "test-3" ? { ...machine, generation: 2 } : machine,
  );
  trio.settings = { ...trio.settings, nspawn: { ...nspawn, machines } };
  nextRotation();
  await trio.up();
  await expectOnlyKey(await gossipKey());
});

test("a key that is handed in takes the place of the one that was made", async () => {
  const other = Buffer.alloc(32, 7).toString("base64");
  const { gossip: _, ...settings } = trio.settings;
  const handedIn = { ...settings, gossipKey: await trio.encrypted(other) };
  await keepsItsPromise(trio, addresses, handedIn, { says: "rotation" });
  await expectOnlyKey(other);
});
