import { afterAll, expect, test } from "vitest";
import { ConsulApi } from "../support/consul";
import { nspawnSettings, TestStack } from "../support/stack";

// A cluster of one: nobody to hand over to, nobody to wait for. It is down while it restarts, and keeps its data.

const base = nspawnSettings({ single: "198.18.77.84" });
const stack = new TestStack("single", base);
const api = new ConsulApi("198.18.77.84");

afterAll(async () => {
  await stack.destroy();
  await stack.forget();
});

test("it is made, changed by a restart, and changed by a rotation", async () => {
  await stack.up();
  await api.put("/v1/kv/kept", "value");
  stack.settings = { ...base, environment: { GOMAXPROCS: "1" } };
  expect((await stack.up()).stdout).toContain("single: restart done");
  stack.settings = { ...stack.settings, gossip: { rotation: 2 } };
  await stack.up();
  await stack.up("--expect-no-changes");
  expect(await api.get<string[]>("/v1/kv/kept?keys")).toEqual(["kept"]);
});
