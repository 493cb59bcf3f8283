import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { which } from "../../../lab/system/which";
import { downloadVerified, outOfReach } from "../../../lab/toolchain/vendor";

// curl reads file:// URLs, so no server is needed. Does not prove that the vendors' sites still have
// their files under these names.

const step = { detail: () => undefined, log: () => undefined };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vendor-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function publish(content: string, sum: string) {
  await writeFile(join(folder, "tool.zip"), content);
  await writeFile(join(folder, "SUMS"), `${sum}  tool.zip\n`);
  const from = (name: string) => ({
    url: pathToFileURL(join(folder, name)).href,
    path: join(folder, `got-${name}`),
  });
  return downloadVerified(step, from("tool.zip"), from("SUMS"));
}

const sumOf = (content: string) => createHash("sha256").update(content).digest("hex");

test.skipIf(!which("curl"))("a download that fits its published sum is kept", async () => {
  await publish("good", sumOf("good"));
  expect(await readFile(join(folder, "got-tool.zip"), "utf8")).toBe("good");
  expect(existsSync(join(folder, "got-SUMS"))).toBe(true);
});

test.skipIf(!which("curl"))("a download that does not is refused, with both sums", async () => {
  const download = publish("tampered", sumOf("good"));
  await expect(download).rejects.toThrow(sumOf("good"));
  await expect(download).rejects.toThrow(sumOf("tampered"));
});

test("a site that nobody answers at is out of reach at once, and asked once", async () => {
  const start = Date.now();
  // Port 1 of this machine: refused, or curl is not there; either is a reason.
  const reason = await outOfReach("http://127.0.0.1:1");
  expect(reason).toBeTruthy();
  expect(await outOfReach("http://127.0.0.1:1")).toBe(reason);
  expect(Date.now() - start).toBeLessThan(5_000);
});
