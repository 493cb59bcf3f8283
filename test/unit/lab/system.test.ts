import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { notInstalled } from "../../../lab/packages/packages";
import { freshFolder } from "../../../lab/system/fresh";
import { withLock } from "../../../lab/system/lock";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "system-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("a package that was removed but left its settings is not installed", () => {
  const listing = "curl installed\nzip config-files\n";
  expect(notInstalled(["curl", "zip", "mmdebstrap"], listing)).toEqual(["zip", "mmdebstrap"]);
});

test("a lock lets one in at a time", async () => {
  const events: string[] = [];
  const visit = (name: string) =>
    withLock(join(folder, "lock"), async () => {
      events.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      events.push(`${name} out`);
    });
  await Promise.all([visit("a"), visit("b"), visit("c")]);
  const order = events.map((event) => event.split(" ")[0]);
  expect(order.filter((_, index) => index % 2 === 0)).toEqual(
    order.filter((_, index) => index % 2 === 1),
  );
});

test("a folder that could not be filled is not there, and leaves nothing behind", async () => {
  const target = join(folder, "1.22.0");
  const broken = freshFolder(target, async (draft) => {
    await writeFile(join(draft, "half"), "");
    throw new Error("cut off");
  });
  await expect(broken).rejects.toThrow("cut off");
  expect(await readdir(folder)).toEqual([".1.22.0.lock"]);
});

test("a draft of a run that was killed goes with the next one", async () => {
  await mkdir(join(folder, ".1.22.0.draft-4711"));
  await freshFolder(join(folder, "1.22.0"), (draft) => writeFile(join(draft, "consul"), ""));
  expect(existsSync(join(folder, "1.22.0", "consul"))).toBe(true);
  expect((await readdir(folder)).sort()).toEqual([".1.22.0.lock", "1.22.0"]);
});

test("of two at once, one fills and the other finds it done", async () => {
  let filled = 0;
  const fill = async () => {
    filled += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await Promise.all([freshFolder(join(folder, "x"), fill), freshFolder(join(folder, "x"), fill)]);
  expect(filled).toBe(1);
});
