import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { shared } from "./support/lifetime";
import { Plugin } from "./support/plugin";
import { archiveOf, fileAsset } from "./support/values";

// Not a line of the list, but a part of the state's shape.

const plugin = shared(() => Plugin.start());

test("a local command's assetPaths and archivePaths become assets and an archive", async () => {
  // Which patterns match what is left to the plugin's own tests.
  const dir = mkdtempSync(join(tmpdir(), "conformance-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const inputs = { dir, create: "echo a > a.txt; echo b > b.md" };
  const paths = { assetPaths: ["*.txt"], archivePaths: ["*", "!a.*"] };
  const files = {
    assets: { "a.txt": fileAsset(join(dir, "a.txt")) },
    archive: archiveOf({ "b.md": fileAsset(join(dir, "b.md")) }),
  };

  const { id, state } = await plugin().local.create({ ...inputs, ...paths });
  expect(state).toMatchObject(files);

  const updated = await plugin().local.update({ id, state }, inputs);
  expect(updated).toMatchObject(files);
  await plugin().local.delete({ id, state: updated });
});
