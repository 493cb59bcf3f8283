import { afterAll, beforeAll, expect, test } from "vitest";
import type { Member, RaftServer } from "../support/consul";
import { keepsItsPromise } from "../support/promise";
import { nspawnSettings, TestStack } from "../support/stack";
import { StackApi } from "../support/stackApi";
import { way } from "../support/way";

// From three servers to five and back, by changing the list, while writers write through those that stay.
// Seven servers are not here: this computer has two cores.

const addresses: Record<string, string> = {
  "scale-1": "198.18.77.61",
  "scale-2": "198.18.77.62",
  "scale-3": "198.18.77.63",
  "scale-4": "198.18.77.64",
  "scale-5": "198.18.77.65",
};
const three = ["scale-1", "scale-2", "scale-3"];
/** The new ones stand in the middle and at the end: names decide, not positions. */
const five = ["scale-1", "scale-4", "scale-2", "scale-3", "scale-5"];

const of = (names: string[]) =>
  nspawnSettings(Object.fromEntries(names.map((name) => [name, addresses[name] as string])), way);
const stack = new TestStack("scale", of(three));
const api = (name: string) => new StackApi(stack, addresses[name] as string);
const apis = three.map(api);

beforeAll(() => stack.up());
afterAll(() => stack.destroy());

async function voters(): Promise<string[]> {
  const raft = await apis[0]?.get<{ Servers: RaftServer[] }>("/v1/operator/raft/configuration");
  return (raft?.Servers ?? [])
    .filter(({ Voter }) => Voter)
    .map(({ Node }) => Node)
    .sort();
}

async function minQuorum(): Promise<number | undefined> {
  const path = "/v1/operator/autopilot/configuration";
  return (await apis[0]?.get<{ MinQuorum: number }>(path))?.MinQuorum;
}

test("from three to five under load: nobody restarts, the new ones become voters, then min_quorum rises", async () => {
  const staged = Object.fromEntries(three.map((name) => [name, "staging" as const]));
  const { plan } = await keepsItsPromise(stack, addresses, of(five), {
    says: { ...staged, "scale-4": "join", "scale-5": "join" },
    without: ["scale-4", "scale-5"],
  });
  expect(plan.autopilot.flatMap(({ lines }) => lines).join("\n")).toMatch(/^\+ *"MinQuorum": 5/m);
  expect(await voters()).toEqual([...five].sort());
  expect(await minQuorum()).toBe(5);
  expect(await stack.outputs()).toMatchObject({ faultTolerance: 2 });
});

test("from five to three under load: the leaving ones hand over, leave and are forgotten", async () => {
  const staged = Object.fromEntries(three.map((name) => [name, "staging" as const]));
  await keepsItsPromise(stack, addresses, of(three), {
    says: { ...staged, "scale-4": "leave", "scale-5": "leave" },
    without: ["scale-4", "scale-5"],
  });
  expect(await voters()).toEqual(three);
  expect(await minQuorum()).toBe(3);
  for (const pool of ["", "?wan=1"]) {
    const members = await apis[0]?.get<Member[]>(`/v1/agent/members${pool}`);
    expect(members?.map(({ Name }) => Name.split(".")[0]).sort(), "no leftovers").toEqual(three);
  }
});

test("four servers are refused before any host is reached", async () => {
  stack.settings = of(five.slice(0, 4));
  expect(await stack.upThatFails()).toMatch(/4 .*(even|odd)|odd/);
  stack.settings = of(three);
});
