import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { layoutOf } from "../../lab/pulumi/layout";
import { keepsItsPromise } from "../support/promise";
import { TestStack } from "../support/stack";
import { addresses, api, baseSettings, processes, trio, trioIsUp } from "../support/trio";

// Two runs at once, from two computers that do not share the engine's own lock: the second has a copy of the
// state. What the engine's lock does is Pulumi's.

const folder = mkdtempSync(join(tmpdir(), "second-computer-"));
let second: TestStack;

beforeAll(async () => {
  await trioIsUp();
  cpSync(layoutOf().state, folder, { recursive: true });
  second = new TestStack(trio.name, trio.settings, folder);
});

// The last of the files that share the three machines.
afterAll(async () => {
  await trio.destroy();
  rmSync(folder, { recursive: true });
});

test("one works, the other says who does, and no server restarts twice or beside another", async () => {
  const change = { ...baseSettings, performance: { raftMultiplier: 2 } };
  second.settings = change;
  const both = async () => {
    const runs = await Promise.all([trio.up(), second.up()]);
    return runs.map(({ stdout }) => stdout).join("\n");
  };
  const { said } = await keepsItsPromise(trio, addresses, change, { says: "restart", apply: both });
  expect(said).toMatch(/waiting for another run(?: on this host)?: /);
});

test("where the other does not end, the run does, names it, and has changed nothing", async () => {
  const before = await processes();
  const session = await api("test-2").create(
    "/v1/session/create",
    '{"TTL":"300s","LockDelay":"0s"}',
  );
  const holder = "other-host: activation since 12:00:00";
  expect(await api("test-2").put(`/v1/kv/consul-cluster/lock?acquire=${session}`, holder)).toBe(
    true,
  );
  trio.settings = { ...baseSettings, performance: { raftMultiplier: 3 } };
  expect(await trio.upThatFails()).toContain(`another run is at work on this cluster (${holder})`);
  expect(await processes()).toEqual(before);
  await api("test-2").put(`/v1/session/destroy/${session}`);
  await trioIsUp();
});

test("a clone without that state is refused, and its destroy leaves what runs", async () => {
  const before = await processes();
  const file = join(folder, `.pulumi/stacks/consul-cluster/${trio.name}.json`);
  const state = JSON.parse(readFileSync(file, "utf8"));
  state.checkpoint.latest.resources = [];
  writeFileSync(file, JSON.stringify(state));
  expect(await second.upThatFails()).toContain("yet not of this stack's state");
  await second.destroy();
  // The key of another stack lies elsewhere: that one gets as far as the machines.
  const other = new TestStack("trio-too", trio.settings);
  expect(await other.upThatFails()).toContain("this machine is consul-cluster/trio/consul's:");
  await other.destroy();
  await other.forget();
  expect(await processes()).toEqual(before);
  await trioIsUp();
});
