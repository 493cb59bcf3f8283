import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMessage, generateKey, type PrivateKey, readPrivateKey, sign } from "openpgp";
import { runOrFail } from "../system/command";
import { asRoot } from "../system/privilege";
import { machineCacheFolder } from "../system/project";

/** Beside the mirror and not in it: machines see all of that. Made once, by whoever prepares this computer first. */
const folder = join(machineCacheFolder, "mirror-key");

/** What the lab's releases are signed with: for `signingKeyFile`. */
export const mirrorKeyFile = join(folder, "public.asc");

/** By the lab's own key, since the vendor's signature is not at hand where Consul is built here; detached, binary. */
export async function signed(text: string): Promise<Buffer> {
  return signedBy(await privateKey(), text);
}

/** As the vendor signs its list of checksums. */
export async function signedBy(signingKeys: PrivateKey, text: string): Promise<Buffer> {
  const message = await createMessage({ binary: Buffer.from(text) });
  return Buffer.from(await sign({ message, signingKeys, detached: true, format: "binary" }));
}

/** The key as people keep it in files. */
export async function mirrorKey(): Promise<string> {
  await ensureKey();
  return readFile(mirrorKeyFile, "utf8");
}

async function privateKey(): Promise<PrivateKey> {
  await ensureKey();
  // Through a pipe, and into no log.
  const { stdout } = await runOrFail(await asRoot(["cat", join(folder, "private.asc")]));
  return readPrivateKey({ armoredKey: stdout });
}

async function ensureKey(): Promise<void> {
  if (existsSync(mirrorKeyFile)) return;
  const draft = await mkdtemp(join(tmpdir(), "consul-mirror-key-"));
  try {
    const { privateKey, publicKey } = await makeKey();
    await writeFile(join(draft, "private.asc"), privateKey, { mode: 0o600 });
    await writeFile(join(draft, "public.asc"), publicKey);
    await runOrFail(await asRoot(["sh", join(__dirname, "publish.sh"), draft, folder]));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

interface ArmouredPair {
  privateKey: string;
  publicKey: string;
}

/** Of a kind that GnuPG 2.2 reads, which Debian 12 has. */
export async function makeKey(userName = "lab of consul-cluster"): Promise<ArmouredPair> {
  return generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name: userName }],
    subkeys: [],
    format: "armored",
  });
}
