// The lab's mirror: what is signed by which key, and that nobody goes on with a folder of before.
//
// Does not prove that a host takes it: e2e does, with every machine that is made.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMessage, readKey, readPrivateKey, readSignature, verify } from "openpgp";
import { expect, test } from "vitest";
import { readPublicKey } from "../../../components/openpgp/publicKey";
import { isSigned } from "../../../lab/mirror/mirror";
import { makeKey, signedBy } from "../../../lab/mirror/signing";
import { temporaryFolder } from "../support/shell";

const publish = join(__dirname, "../../../lab/mirror/publish.sh");

function write(folder: string, files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function run(from: string, to: string): void {
  const { status, stderr } = spawnSync("sh", [publish, from, to], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

test("what it signs is signed by its key, which can be pinned", async () => {
  const { privateKey, publicKey } = await makeKey();
  const key = await readPrivateKey({ armoredKey: privateKey });
  expect(readPublicKey(publicKey).fingerprint).toBe(key.getFingerprint().toUpperCase());
  const { signatures } = await verify({
    message: await createMessage({ binary: Buffer.from("sums\n") }),
    signature: await readSignature({ binarySignature: await signedBy(key, "sums\n") }),
    verificationKeys: await readKey({ armoredKey: publicKey }),
  });
  expect(signatures).toHaveLength(1);
  expect(await signatures[0]?.verified).toBe(true);
});

test("a folder without a signature, or by another key than the one that is there, is not ready", () => {
  const folder = temporaryFolder();
  const key = join(folder, "public.asc");
  const signed = (files: Record<string, string>) => {
    const version = write(join(temporaryFolder(), "1.22.0"), { SUMS: "sums", ...files });
    return isSigned(version, "SUMS", key);
  };
  const whole = { "SUMS.sig": "signature", "signing-key.asc": "key" };
  expect(signed(whole)).toBe(false);
  writeFileSync(key, "key");
  expect(signed(whole)).toBe(true);
  expect(signed({})).toBe(false);
  expect(signed({ ...whole, "signing-key.asc": "another" })).toBe(false);
});

test("what is published stays, unless another key has signed what comes", () => {
  const folder = temporaryFolder();
  const to = join(folder, "mirror/1.22.0");
  const draft = (name: string, files: Record<string, string>) => write(join(folder, name), files);
  run(draft("old", { zip: "old" }), to);
  run(draft("one", { zip: "one", "signing-key.asc": "key" }), to);
  expect(readFileSync(join(to, "zip"), "utf8")).toBe("one");
  run(draft("same", { zip: "same", "signing-key.asc": "key" }), to);
  expect(readFileSync(join(to, "zip"), "utf8")).toBe("one");
  run(draft("new", { zip: "new", "signing-key.asc": "another" }), to);
  expect(readFileSync(join(to, "zip"), "utf8")).toBe("new");
  expect(existsSync(join(folder, "mirror/.1.22.0.draft.old"))).toBe(false);
  expect(statSync(join(to, "zip")).mode & 0o777).toBe(0o644);
  expect(statSync(join(folder, "mirror")).mode & 0o777).toBe(0o755);
});

test("the key itself is its owner's alone, and made once", () => {
  const folder = temporaryFolder();
  const to = join(folder, "mirror-key");
  run(write(join(folder, "a"), { "private.asc": "a", "public.asc": "a" }), to);
  run(write(join(folder, "b"), { "private.asc": "b", "public.asc": "b" }), to);
  expect(readFileSync(join(to, "private.asc"), "utf8")).toBe("a");
  expect(statSync(join(to, "private.asc")).mode & 0o777).toBe(0o600);
  expect(statSync(join(to, "public.asc")).mode & 0o777).toBe(0o644);
});
