import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { type Layout, layoutOf } from "../../../lab/pulumi/layout";
import { writeStackFile } from "../../../lab/pulumi/stack";
import { composeStackFile, hasOwnSecrets } from "../../../lab/pulumi/stackFile";
import { Failure } from "../../../lab/system/failure";

// Does not prove that the CLI accepts the composed file: the end-to-end tests run it.

const local = "encryptionsalt: v1:abc=:v1:def:ghi==\n";

test("the settings from git come first, the salt of this machine last", () => {
  const committed = "# Three machines\nconfig:\n  consul-cluster:datacenter: dc1 # the first\n";
  expect(composeStackFile(committed, local)).toBe(`${committed}${local}`);
});

test("a file without a last newline still gets the salt on a line of its own", () => {
  expect(parse(composeStackFile("config: {a: b}", local))).toEqual({
    config: { a: "b" },
    encryptionsalt: "v1:abc=:v1:def:ghi==",
  });
});

test("a file that seals its own secrets stays as it is", () => {
  for (const own of [
    "encryptionsalt: v1:other",
    "secretsprovider: awskms://key",
    "encryptedkey: k",
  ]) {
    expect(hasOwnSecrets(own)).toBe(true);
    expect(composeStackFile(`${own}\n`, local)).toBe(`${own}\n`);
  }
});

test("a key that stands twice is one refusal that names the file and the line, without a stack", async () => {
  await writeFile(join(layout.project, "Pulumi.dev.yaml"), "config:\n  a: one\n  a: two\n");
  const refused = writeStackFile(layout, "dev");
  await expect(refused).rejects.toBeInstanceOf(Failure);
  await expect(refused).rejects.toThrow(
    /^Pulumi\.dev\.yaml cannot be read:\n {2}Map keys must be unique at line 3, column 3:\n/,
  );
});

test("a setting that only mentions a salt is no salt", () => {
  expect(hasOwnSecrets("config:\n  app:encryptionsalt: x\n# encryptionsalt: y\n")).toBe(false);
});

test("without a salt the settings are all there is", () => {
  expect(composeStackFile("config: {}\n", "")).toBe("config: {}\n");
  expect(composeStackFile("", local)).toBe(local);
});

test("composing is stable: the composed file is as good a source of the salt as the first one", () => {
  const settings = fc
    .dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string())
    .map((values) => `config: ${JSON.stringify(values)}`);
  fc.assert(
    fc.property(settings, settings, (before, after) => {
      const once = composeStackFile(before, local);
      expect(composeStackFile(before, once)).toBe(once);
      expect(composeStackFile(after, once)).toBe(composeStackFile(after, local));
    }),
  );
});

let layout: Layout;

beforeEach(async () => {
  layout = layoutOf(await mkdtemp(join(tmpdir(), "stack-file-")));
});

afterEach(() => rm(layout.project, { recursive: true }));

test("a changed file in git is taken over at the next run", async () => {
  const committed = join(layout.project, "Pulumi.dev.yaml");
  await writeFile(committed, "config: {a: one}\n");
  const file = await writeStackFile(layout, "dev");
  if (file === undefined) throw new Error("the stack file of the project was to be composed");
  await writeFile(file, `${await readFile(file, "utf8")}${local}`);

  await writeFile(committed, "config: {a: two}\n");
  expect(await writeStackFile(layout, "dev")).toBe(file);
  expect(await readFile(file, "utf8")).toBe(`config: {a: two}\n${local}`);
});

test("a test's own settings win over those from git", async () => {
  await writeFile(join(layout.project, "Pulumi.dev.yaml"), "config: {a: one}\n");
  const file = await writeStackFile(layout, "dev", "config: {a: mine}\n");
  expect(await readFile(file ?? "", "utf8")).toBe("config: {a: mine}\n");
});

test("a stack that seals its own secrets needs no composed file", async () => {
  await writeFile(join(layout.project, "Pulumi.prod.yaml"), "secretsprovider: awskms://key\n");
  expect(await writeStackFile(layout, "prod")).toBeUndefined();
});
