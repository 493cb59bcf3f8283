// A gossip key is replaced where a rotation is asked for, and nowhere else.
//
// Does not prove what the engine gives a policy to see: test/e2e/14-policies.test.ts does.

import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../../components/index";
import type { Resource } from "../../../policy/graph";
import { keptGossipKey } from "../../../policy/rules/gossipKey";
import { clusterOf, existing, givenKey, madeKey } from "../../graph/support/clusters";
import { leftBehind, previewed, seen } from "./support/seen";

const otherKey = Buffer.alloc(32, "other").toString("base64");

async function cluster(more: Partial<ConsulClusterArgs> = {}): Promise<Resource[]> {
  return seen((await clusterOf({ ...existing(), ...more })).resources);
}

const rotation = (number: number) => cluster({ gossip: { rotation: number } });

const told = (now: Resource[], before: Resource[]) => keptGossipKey(now, leftBehind(before));

describe("passes", () => {
  test("a first run", async () => {
    expect(told(previewed(await cluster(), "c-gossip-key"), [])).toEqual([]);
  });

  test("a run that changes something else", async () => {
    const later = await cluster({ version: "1.21.5" });
    expect(told(previewed(later), await cluster())).toEqual([]);
  });

  test("a rotation", async () => {
    expect(told(previewed(await rotation(2), "c-gossip-key"), await cluster())).toEqual([]);
    expect(told(previewed(await rotation(10), "c-gossip-key"), await rotation(9))).toEqual([]);
  });

  test("a key that is handed in: the first, another, and the same", async () => {
    const given = await cluster({ gossipKey: givenKey });
    expect(told(given, await cluster())).toEqual([]);
    expect(told(await cluster({ gossipKey: otherKey }), given)).toEqual([]);
    expect(told(given, given)).toEqual([]);
  });

  test("a key that the component makes after one that was handed in, where that is said", async () => {
    const given = await cluster({ gossipKey: givenKey });
    expect(told(previewed(await rotation(2), "c-gossip-key"), given)).toEqual([]);
  });

  test("another release of the component, which updates the key's command in place", async () => {
    const before = (await cluster()).map((one) =>
      one.name === "c-gossip-key" ? { ...one, props: { ...one.props, update: "older" } } : one,
    );
    expect(told(previewed(await cluster(), "c-gossip-key"), before)).toEqual([]);
  });
});

describe("is refused", () => {
  test("a key that is asked to be replaced as it is (--replace)", async () => {
    const [violation] = told(previewed(await cluster(), "c-gossip-key"), await cluster());
    expect(violation?.urn).toMatch(/::c-gossip-key$/);
    expect(violation?.message).toContain("its servers, at rotation 1, would not be told");
    expect(violation?.message).toContain("say gossip.rotation: 2");
  });

  test("a key that the state has lost, also among other changes", async () => {
    const before = (await cluster()).filter(({ name }) => name !== "c-gossip-key");
    const later = await cluster({ version: "1.21.5" });
    const [violation] = told(previewed(later, "c-gossip-key"), before);
    expect(violation?.message).toContain("the stack's state does not have it any more");
  });

  test("a rotation that falls", async () => {
    const [violation] = told(await rotation(9), await rotation(10));
    expect(violation?.message).toContain("falls from 10 to 9");
  });

  test("a key that was handed in and is not any more", async () => {
    const [violation] = told(await cluster(), await cluster({ gossipKey: givenKey }));
    expect(violation?.message).toContain("gossipKey was handed in and is not any more");
  });
});

test("no key is ever shown", async () => {
  const all = [
    told(previewed(await cluster(), "c-gossip-key"), await cluster()),
    told(await cluster(), await cluster({ gossipKey: givenKey })),
  ];
  expect(JSON.stringify(all)).not.toContain(givenKey);
  expect(JSON.stringify(all)).not.toContain(madeKey);
});
