import { afterAll, beforeAll, expect, test } from "vitest";
import type { Effect } from "../../components/review";
import type { Member, RaftServer } from "../support/consul";
import { power, sshOutput } from "../support/machines";
import { type Kept, keepsItsPromise } from "../support/promise";
import { nspawnSettings, type Settings, TestStack } from "../support/stack";
import { StackApi } from "../support/stackApi";
import { eventually } from "../support/wait";
import { secured, way } from "../support/way";

// Servers that begin anew under their old names: a new machine for a living one and for a dead one, and data
// that is given up. A new address for a host that stays is not here.

const addresses: Record<string, string> = {
  "swap-1": "198.18.77.71",
  "swap-2": "198.18.77.72",
  "swap-3": "198.18.77.73",
};
const names = Object.keys(addresses);
const base = nspawnSettings(addresses, way);
const stack = new TestStack("swap", base);
const apiOf = (name: string) => new StackApi(stack, addresses[name] as string);
const apis = () => names.map(apiOf);

/** What is said of single machines, one change upon the other. */
const changes: Record<string, Settings> = {};

/** The settings with what is said of single machines so far, and more. */
function changed(more: Record<string, Settings> = {}): Settings {
  const nspawn = base.nspawn as { machines: { name: string }[] };
  const machines = nspawn.machines.map((machine) => ({
    ...machine,
    ...changes[machine.name],
    ...more[machine.name],
  }));
  return { ...base, nspawn: { ...nspawn, machines } };
}

function change(name: string, settings: Settings): void {
  changes[name] = { ...changes[name], ...settings };
  stack.settings = changed();
}

/** One server begins anew under load as the plan says it, and of the others nobody restarts. */
async function begins(
  name: string,
  effect: Effect,
  settings: Settings,
  ofOthers: Effect = "nothing",
): Promise<Kept> {
  changes[name] = { ...changes[name], ...settings };
  const others = names.filter((other) => other !== name);
  return keepsItsPromise(stack, addresses, changed(), {
    says: { ...Object.fromEntries(others.map((other) => [other, ofOthers])), [name]: effect },
    without: [name],
  });
}

beforeAll(() => stack.up());
afterAll(() => stack.destroy());

async function nodeIds(through = "swap-1"): Promise<Record<string, string>> {
  const raft = await apiOf(through).get<{ Servers: RaftServer[] }>(
    "/v1/operator/raft/configuration",
  );
  return Object.fromEntries(raft.Servers.map(({ Node, ID }) => [Node, ID]));
}

async function membersEverywhere(): Promise<string[][]> {
  const pools = apis().flatMap((api) => ["", "?wan=1"].map((pool) => ({ api, pool })));
  return Promise.all(
    pools.map(async ({ api, pool }) => {
      const members = await api.get<Member[]>(`/v1/agent/members${pool}`);
      return members.map(({ Name, Status }) => `${Name.split(".")[0]} ${Status}`).sort();
    }),
  );
}

const allAlive = names.map((name) => `${name} 1`);

/** The server is another one than before, the others are the same, and nothing is left of the old one. */
async function expectBegunAnew(name: string, before: Record<string, string>): Promise<void> {
  const after = await nodeIds();
  expect(Object.keys(after).sort()).toEqual(names);
  for (const other of names) {
    if (other === name) expect(after[other]).not.toBe(before[other]);
    else expect(after[other]).toBe(before[other]);
  }
  await expectAllAliveEverywhere();
}

/** Raft agrees at once; gossip gets around, and over the WAN pool it takes its time. */
async function expectAllAliveEverywhere(): Promise<void> {
  let seen: string[][] = [];
  const everywhere = async () => {
    seen = await membersEverywhere();
    return seen.every((members) => members.join() === allAlive.join());
  };
  await eventually("every server in every pool", 60, everywhere).catch(() => {});
  for (const members of seen) expect(members).toEqual(allAlive);
}

test("a new machine for the leader, under load: it hands over, leaves, and a new node joins with the same key", async () => {
  const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
  const before = await nodeIds();
  const leader = await apis()[0]?.leader();
  const name = names.find((each) => leader?.startsWith(`${addresses[each]}:`)) as string;
  const { said } = await begins(name, "replacement", { generation: 2 });
  expect(said).toContain("leadership handed over");
  expect(said).toContain("has left the cluster");
  await expectBegunAnew(name, before);
  expect((await stack.outputs()).gossipKey).toBe(gossipKey);
});

test("two machines at once are refused, and nothing was changed", async () => {
  const both = changed({ "swap-2": { generation: 5 }, "swap-3": { generation: 5 } });
  const { said } = await keepsItsPromise(stack, addresses, both, {
    says: { "swap-1": "nothing", "swap-2": "replacement", "swap-3": "replacement" },
    refused: "replacements",
  });
  expect(said).toMatch(
    /one machine is replaced at a time, and this run would replace swap-2, swap-3/,
  );
  await stack.up("--expect-no-changes");
});

test("a machine and what restarts the others in one run are refused, and nothing was changed", async () => {
  const one = changed({ "swap-3": { generation: 6 } });
  const { said } = await keepsItsPromise(
    stack,
    addresses,
    { ...one, performance: { raftMultiplier: 2 } },
    {
      says: { "swap-1": "restart", "swap-2": "restart", "swap-3": "replacement" },
      refused: "quorum",
    },
  );
  expect(said).toMatch(/this run would replace swap-3, and restart the others while it is away/);
  await stack.up("--expect-no-changes");
});

test("a dead machine is replaced while it is dead", async () => {
  const before = await nodeIds();
  await power("kill", "swap-2");
  change("swap-2", { generation: 7 });
  const { stdout } = await stack.up();
  expect(stdout).toContain("does not answer SSH at 198.18.77.72");
  await expectBegunAnew("swap-2", before);
});

test("data older than a week is refused and named, and wiped where that is asked for by name", async () => {
  const before = await nodeIds();
  const file = "/var/consul/server_metadata.json";
  const old = Math.floor(Date.now() / 1000) - 8 * 86_400;
  await sshOutput(
    stack.name,
    "swap-3",
    `sudo systemctl stop consul; sudo sed -i 's/[0-9]\\{10,\\}/${old}/' ${file}`,
  );
  stack.settings = { ...stack.settings, environment: { GOMAXPROCS: "1" } };
  expect(await stack.upThatFails()).toMatch(/the data in \/var\/consul is 8 days old/);
  change("swap-3", { wipeData: "ticket-17" });
  const { stdout } = await stack.up();
  expect(stdout).toContain("/var/consul wiped");
  await expectBegunAnew("swap-3", before);
  await stack.up("--expect-no-changes");
});

test("a living server is wiped under the gates, and writes go on", async () => {
  const before = await nodeIds();
  await begins("swap-1", "wipe", { wipeData: "again" });
  await expectBegunAnew("swap-1", before);
});

test("a server moves to a new address under its old name, and nobody restarts", async () => {
  const before = await nodeIds();
  const { plan } = await begins("swap-3", "replacement", { address: "198.18.77.74" }, "staging");
  expect(plan.servers.flatMap(({ reasons }) => reasons).join()).toContain("198.18.77.74");
  addresses["swap-3"] = "198.18.77.74";
  await expectBegunAnew("swap-3", before);
  expect(await stack.outputs()).toMatchObject({
    httpAddresses: expect.arrayContaining([
      secured ? "https://198.18.77.74:8501" : "http://198.18.77.74:80",
    ]),
  });
});
