import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { layoutOf } from "../../lab/pulumi/layout";
import { underLoad } from "../support/load";
import { TestStack } from "../support/stack";
import { api, apis, baseSettings, names, on, processes, trio, trioIsUp } from "../support/trio";

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
  const before = await processes();
  const change = { ...baseSettings, performance: { raftMultiplier: 2 } };
  trio.settings = change;
  second.settings = change;
  let said = "";
  const result = await underLoad(apis, async () => {
    const [one, other] = await Promise.all([trio.up(), second.up()]);
    said = one.stdout + other.stdout;
  });
  expect(said).toMatch(/waiting for another run(?: on this host)?: /);
  expect(
    said.match(/restart done/g)?.length,
    "each server once, said in two lines at most",
  ).toBeLessThanOrEqual(6);
  for (const [i, process] of (await processes()).entries()) expect(process).not.toBe(before[i]);
  for (const name of names)
    expect(await on(name, "systemctl show consul -p NRestarts --value")).toBe("0");
  expect(result.lost).toEqual([]);
  expect(result.longestGap).toBeLessThanOrEqual(1000 + result.idleGap);
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
