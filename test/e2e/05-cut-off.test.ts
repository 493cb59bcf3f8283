import { beforeAll, expect, test } from "vitest";
import { upCutOffAt } from "../support/cutOff";
import { api, baseSettings, names, on, processes, trio, trioIsUp } from "../support/trio";

// A change that is cut off by kill -9 of the engine, the program and the plugins. How a write load fares
// meanwhile is not its business.

beforeAll(trioIsUp);

test.each([
  ["staging", /trio-test-2-config updating/],
  ["activating", /trio-test-2-activate updating/],
])("a change cut off in the middle of %s: the next run converges", async (stage, moment) => {
  const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
  const before = await processes();
  trio.settings = { ...baseSettings, performance: { raftMultiplier: stage === "staging" ? 2 : 3 } };
  await upCutOffAt(trio, moment);
  if (stage === "staging")
    expect(await processes(), "nothing that runs was touched").toEqual(before);

  await trio.up();
  const multiplier = (trio.settings.performance as { raftMultiplier: number }).raftMultiplier;
  for (const name of names) {
    const file = await on(name, "sudo cat /etc/consul.d/server/10-server.json");
    expect(JSON.parse(file).performance.raft_multiplier).toBe(multiplier);
    expect(await api(name).leader()).not.toBe("");
  }
  const after = await processes();
  for (const i of names.keys()) expect(after[i], "restarted with it").not.toBe(before[i]);
  expect((await trio.outputs()).gossipKey).toBe(gossipKey);
  await trio.up("--expect-no-changes");
});
