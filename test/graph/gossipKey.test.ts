// The gossip key is made once, and again where a rotation is asked for, which can be taken back. The two scripts of its command run
// here as the Command plugin runs them.
//
// Does not prove that the plugin hands the old output on: a line of the conformance tests does. Nor how a
// running cluster changes its key: test/unit/remote/gossip.test.ts and the end-to-end tests do.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  type Cluster,
  clusterOf,
  existing,
  givenKey,
  madeKey,
  names,
  textOf,
} from "./support/clusters";

const rotations = new Map<number, Promise<Cluster>>();

/** A cluster whose gossip key is asked to be that of a rotation, the first where none is named. */
function cluster(rotation = 1): Promise<Cluster> {
  const made = rotations.get(rotation);
  if (made) return made;
  const args = rotation === 1 ? existing() : { ...existing(), gossip: { rotation } };
  const stdout = { "c-gossip-key": `${rotation} ${madeKey}` };
  const fresh = clusterOf(args, { stdout });
  rotations.set(rotation, fresh);
  return fresh;
}

async function run(input: "create" | "update", rotation: number, previous?: string) {
  const command = (await cluster(rotation)).get("c-gossip-key");
  const [program, ...args] = command.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  Object.assign(env, command.inputs.environment);
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  return spawnSync(program, [...args, textOf(command, input)], { env, encoding: "utf8" });
}

/** The key of an output `ROTATION KEY`, and of one that keeps the former one behind it; an error where it is none of 32 bytes. */
function keyOf(stdout: string, rotation: number, former = ""): string {
  const [said, key = "", ...more] = stdout.split(" ");
  expect([said, more.join(" ")]).toEqual([String(rotation), former]);
  expect(Buffer.from(key, "base64")).toHaveLength(32);
  expect(Buffer.from(key, "base64").toString("base64")).toBe(key);
  return key;
}

test("it is made of 32 random bytes, behind the rotation that it is made for", async () => {
  const [one, other] = [await run("create", 1), await run("create", 4)];
  expect([one.status, other.status]).toEqual([0, 0]);
  expect(keyOf(other.stdout, 4)).not.toBe(keyOf(one.stdout, 1));
});

test("a later run of its command says the same again", async () => {
  const before = `10 ${givenKey}`;
  const { status, stdout } = await run("update", 10, before);
  expect({ status, stdout }).toEqual({ status: 0, stdout: before });
});

// 9 and 10: numbers, not texts.
test.each([
  [1, 3],
  [9, 10],
])(
  "a rotation that rises from %i to %i makes another, and keeps that one",
  async (before, rotation) => {
    const { status, stdout } = await run("update", rotation, `${before} ${givenKey}`);
    expect(status).toBe(0);
    expect(keyOf(stdout, rotation, `${before} ${givenKey}`)).not.toBe(givenKey);
  },
);

describe("a rotation that staging has refused", async () => {
  const before = `1 ${givenKey}`;
  const { stdout: raised } = await run("update", 2, before);

  test("is taken back: the key of before is the key again", async () => {
    const { status, stdout } = await run("update", 1, raised);
    expect(status).toBe(0);
    expect(keyOf(stdout, 1, raised.split(" ").slice(0, 2).join(" "))).toBe(givenKey);
  });

  test("and asked for again, with the same key: hosts may have it as that rotation's", async () => {
    const { stdout: back } = await run("update", 1, raised);
    expect(await run("update", 2, back)).toMatchObject({ status: 0, stdout: raised });
  });

  test("and followed by another, which keeps the one before it alone", async () => {
    const { stdout: back } = await run("update", 1, raised);
    const { stdout: third } = await run("update", 3, back);
    expect(keyOf(third, 3, before)).not.toBe(keyOf(raised, 2, before));
    const { stdout: fourth } = await run("update", 4, third);
    keyOf(fourth, 4, third.split(" ").slice(0, 2).join(" "));
  });

  test("is read as ever", async () => {
    const stdout = { "c-gossip-key": raised };
    const { result } = await clusterOf({ ...existing(), gossip: { rotation: 2 } }, { stdout });
    const key = await new Promise((resolve) => result?.gossipKey.apply(resolve));
    expect(key).toBe(keyOf(raised, 2, before));
  });
});

test.each([
  // States of 0.1.0, and those without a rotation, have one key.
  [9, `10 ${givenKey}`, "of older keys none is kept"],
  [8, `10 ${givenKey} 9 ${madeKey}`, "of older keys that of 9 alone is kept"],
])("a rotation that falls to %i fails, and shows no key", async (rotation, before, message) => {
  const { status, stdout, stderr } = await run("update", rotation, before);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(`gossip.rotation cannot be ${rotation}: the cluster is at 10`);
  expect(stderr).toContain(message);
  for (const key of [givenKey, madeKey]) expect(stderr).not.toContain(key);
});

test("a later run without it fails, and makes no other, not even for a rotation", async () => {
  for (const [rotation, previous] of [
    [1, undefined],
    [1, ""],
    [2, ""],
  ] as const) {
    const { status, stdout, stderr } = await run("update", rotation, previous);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("hand the cluster's key in as gossipKey");
  }
});

test("its command has no input that anything but a rotation could change", async () => {
  const { inputs, dependencies } = (await cluster()).get("c-gossip-key");
  expect(inputs).toEqual({
    interpreter: ["node", "--input-type=module", "-e"],
    create: expect.any(String),
    update: expect.any(String),
    environment: { ROTATION: "1" },
    logging: "none",
  });
  expect(dependencies).toEqual([]);
  const rotated = (await cluster(2)).get("c-gossip-key");
  expect(rotated.inputs).toEqual({ ...inputs, environment: { ROTATION: "2" } });
  const other = await clusterOf({
    ...existing(5),
    version: "1.21.5",
    datacenter: "other",
    dataDir: "/srv/consul",
    environment: { A: "1" },
  });
  expect(other.get("c-gossip-key").inputs).toEqual(inputs);
});

test("a key that is handed in makes no command", async () => {
  const { resources } = await clusterOf({ ...existing(), gossipKey: givenKey });
  expect(resources.map(({ name }) => name)).not.toContain("c-gossip-key");
});

describe("another key changes what is staged and activated on every server, and says so", () => {
  test.each([
    ["a rotation", () => cluster(2), "rotation-2"],
    [
      "one that is handed in",
      () => clusterOf({ ...existing(), gossipKey: givenKey }),
      "[0-9a-f]{12}",
    ],
  ])("%s", async (_, other, label) => {
    const [before, after] = [await cluster(), await other()];
    for (const name of names(3)) {
      const [was, is] = [before, after].map((c) =>
        textOf(c.get(`c-${name}-activate`), "stdin").split("\n"),
      );
      expect(is?.filter((line, i) => line !== was?.[i])).toEqual([
        expect.stringMatching(new RegExp(`^secrets ${label}$`)),
      ]);
      // Staged and verified with the new one before any server is activated.
      const staging = textOf(after.get(`c-${name}-config`), "create");
      expect(staging).toMatch(new RegExp(` secrets=${label}$`));
    }
  });
});
