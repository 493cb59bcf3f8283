// Policy packs on the command line, where the language host cannot start them from their folder.
//
// Does not prove that the engine starts the links: test/e2e/14-policies.test.ts does.

import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Layout, layoutOf } from "../../../lab/pulumi/layout";
import { withStartedPolicyPacks } from "../../../lab/pulumi/policyPack";

let layout: Layout;
beforeAll(async () => {
  layout = layoutOf(await mkdtemp(join(tmpdir(), "packs-")));
});
afterAll(() => rm(layout.project, { recursive: true }));

const packOf = (program: string) => readlink(join(dirname(program), "pack"));

test("each becomes a program beside a link to its folder", async () => {
  const args = ["preview", "--policy-pack", "policy,/srv/own", "--diff", "--policy-pack=policy"];
  for (const _ of ["first run", "next run"]) {
    const [preview, flag, packs = "", diff, last = ""] = await withStartedPolicyPacks(args, layout);
    expect([preview, flag, diff]).toEqual(["preview", "--policy-pack", "--diff"]);
    const [own = "", other = ""] = packs.split(",");
    expect(await packOf(own)).toBe(join(layout.project, "policy"));
    expect(await packOf(other)).toBe("/srv/own");
    expect(last).toBe(`--policy-pack=${own}`);
    expect(await readlink(own)).toMatch(/\/run-policy-pack\.sh$/);
  }
});

test("nothing else is touched", async () => {
  const args = ["up", "--policy-pack-config", "policy", "--yes"];
  expect(await withStartedPolicyPacks(args, layout)).toEqual(args);
});
