// Whether a release is taken: its checksums by their signature, or its archive by a checksum of the settings. A mirror of
// the test's, keys that it throws away, and the gpgv and gpg of this computer.
//
// Does not prove that the vendor's own signature is taken: none was at hand. Where this computer has no gpgv or no gpg, it
// proves nothing about that one, and says so.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type PublicKey, readPublicKey } from "../../../components/openpgp/publicKey";
import { asShell } from "../../../components/steps/release/trust";
import { which } from "../../../lab/system/which";
import {
  bytesOf,
  makePair,
  type Pair,
  revoked,
  signatureOf,
  signedText,
  thatEnds,
  withRevokedSubkeys,
} from "../support/openPgp";
import { without } from "../support/programs";
import { releaseFunctions, runShell, temporaryFolder } from "../support/shell";
import { type System, systems } from "../support/systems";

const version = "1.22.0";
const sumsFile = `consul_${version}_SHA256SUMS`;
const zipFile = `consul_${version}_linux_amd64.zip`;
const zip = Buffer.from("an archive, as far as a checksum goes");
const sum = createHash("sha256").update(zip).digest("hex");
const sums = `${"0".repeat(64)}  consul_${version}_linux_arm64.zip\n${sum}  ${zipFile}\n`;

const inTime = new Date("2020-06-01T00:00:00Z");
const late = new Date("2021-06-01T00:00:00Z");

let vendor: Pair;
let stranger: Pair;
let withSubkey: Pair;

beforeAll(async () => {
  [vendor, stranger, withSubkey] = await Promise.all([
    makePair("vendor"),
    makePair("stranger"),
    makePair("with a subkey", [{ sign: true }]),
  ]);
});

/** The key that is pinned, as the release step brings it along: `bytes` where the host gets another copy of it. */
function pinning(armoured: string, bytes?: Buffer): string {
  const key = readPublicKey(armoured);
  const whole: PublicKey = { ...key, bytes: bytes ?? key.bytes };
  return `signingKey=${whole.fingerprint} sha256=''\n${asShell(whole)}`;
}

interface Mirror {
  signature?: Buffer | string;
  listed?: string;
  archive?: Buffer;
}

interface Options {
  more?: string;
  system?: System;
}

/** What becomes of a download from a mirror that has this. */
function download(
  pinned: string,
  { signature, listed = sums, archive = zip }: Mirror,
  options: Options = {},
) {
  const folder = temporaryFolder();
  const mirror = join(folder, "mirror", version);
  mkdirSync(mirror, { recursive: true });
  mkdirSync(join(folder, "incoming"));
  writeFileSync(join(mirror, zipFile), archive);
  writeFileSync(join(mirror, sumsFile), listed);
  if (signature !== undefined) writeFileSync(join(mirror, `${sumsFile}.sig`), signature);
  const { status, stderr } = runShell(
    `set -eu
    ${releaseFunctions}
    name=test arch=amd64 version=${version} mirror="file://$1/mirror" incoming="$1/incoming"
    ${pinned}
    ${options.more ?? ""}
    download ${zipFile}`,
    [folder],
    { system: options.system },
  );
  const fetched = (file: string) => existsSync(join(folder, "incoming", file));
  return {
    status,
    said: stderr.trim(),
    zipFetched: fetched(zipFile),
    sumsFetched: fetched(sumsFile),
  };
}

const taken = { status: 0, said: "", zipFetched: true };
const hasGpgv = which("gpgv") !== undefined;
const hasGpg = which("gpg") !== undefined;

const verifiers: [string, boolean, () => string][] = [
  ["gpgv", hasGpgv, () => ""],
  ["gpg, where there is no gpgv,", hasGpg, () => without("gpgv")],
];

describe.each(verifiers)("%s", (_, present, path) => {
  const refused = (pinned: string, mirror: Mirror) => {
    const found = download(pinned, mirror, { more: path() });
    expect(found).toMatchObject({ status: 1, zipFetched: false });
    expect(found.said).toMatch(/; nothing was changed$/);
    // Behind curl's own word, where it has one.
    const own = found.said.split("\n").filter((line) => !line.startsWith("curl: "));
    expect(own).toHaveLength(1);
    return own.join();
  };
  const accepted = (pinned: string, mirror: Mirror) =>
    expect(download(pinned, mirror, { more: path() })).toMatchObject(taken);

  test.runIf(present)(
    "takes what the pinned key has signed, and what a subkey of it has",
    async () => {
      accepted(pinning(vendor.publicKey), { signature: await signatureOf(sums, vendor) });
      accepted(pinning(withSubkey.publicKey), { signature: await signatureOf(sums, withSubkey) });
    },
  );

  test.runIf(present)("refuses checksums that were changed since", async () => {
    const signature = await signatureOf(sums, vendor);
    expect(refused(pinning(vendor.publicKey), { signature, listed: `${sums}\n` })).toContain(
      `${version}/${sumsFile} is not what was signed: it was changed since`,
    );
  });

  test.runIf(present)("refuses another's signature, with both fingerprints", async () => {
    const said = refused(pinning(vendor.publicKey), {
      signature: await signatureOf(sums, stranger),
    });
    expect(said).toContain(`is by the key ${stranger.fingerprint}`);
    expect(said).toContain(`the pinned one is ${vendor.fingerprint}`);
  });

  test.runIf(present)("takes the one of two signatures that is the pinned key's", async () => {
    const both = [await signatureOf(sums, stranger), await signatureOf(sums, vendor)];
    accepted(pinning(vendor.publicKey), { signature: Buffer.concat(both) });
    accepted(pinning(vendor.publicKey), { signature: Buffer.concat(both.reverse()) });
  });

  test.runIf(present)(
    "takes what a key has signed that ended later, and nothing of after its end",
    async () => {
      const pinned = pinning(await thatEnds(vendor));
      accepted(pinned, { signature: await signatureOf(sums, vendor, inTime) });
      const said = refused(pinned, { signature: await signatureOf(sums, vendor, late) });
      expect(said).toContain("is of 2021-06-01, when the pinned key");
      expect(said).toContain("give the renewed key as signingKey");
    },
  );

  test.runIf(present)("refuses what a revoked key has signed, whenever that was", async () => {
    const bytes = await bytesOf(await revoked(vendor));
    const said = refused(pinning(vendor.publicKey, bytes), {
      signature: await signatureOf(sums, vendor, inTime),
    });
    expect(said).toContain(`is by the key ${vendor.fingerprint}, which its owner has revoked`);
  });

  test.runIf(present)(
    "refuses what a revoked subkey has signed, also where it has ended, of which alone GnuPG speaks then",
    async () => {
      const signature = await signatureOf(sums, withSubkey, inTime);
      for (const key of [withSubkey.publicKey, await thatEnds(withSubkey)]) {
        const pinned = pinning(await withRevokedSubkeys(key, withSubkey));
        expect(refused(pinned, { signature })).toContain("which its owner has revoked");
      }
    },
  );

  test.runIf(present)("refuses what is no signature", async () => {
    const whole = await signatureOf(sums, vendor);
    // Signed by the right key, but with a text of its own inside.
    const inline = await signedText("another text", vendor);
    const html = "<!doctype html><title>404</title>";
    for (const signature of ["", html, whole.subarray(0, 30), ...inline]) {
      const said = refused(pinning(vendor.publicKey), { signature });
      expect(said).toMatch(/SHA256SUMS\.sig is no signature that counts \([^)]{5,}\)/);
      expect(said).toContain("or give the zip's checksum as sha256");
    }
    expect(refused(pinning(vendor.publicKey), {})).toMatch(
      /cannot fetch .*SHA256SUMS\.sig \(curl's exit code 37\); a release is taken with its signature/,
    );
  });

  test.runIf(present)(
    "takes nothing by a key that is not the pinned one, though the host was given it",
    async () => {
      const bytes = await bytesOf(stranger.publicKey);
      refused(pinning(vendor.publicKey, bytes), { signature: await signatureOf(sums, stranger) });
    },
  );
});

test.runIf(hasGpgv).each(systems.filter(({ present }) => present))(
  "$name: a signature is read the same way",
  async (system) => {
    const pinned = pinning(await thatEnds(vendor));
    const of = async (date: Date) => ({ signature: await signatureOf(sums, vendor, date) });
    expect(download(pinned, await of(inTime), { system })).toMatchObject(taken);
    expect(download(pinned, await of(late), { system }).said).toContain("is of 2021-06-01");
  },
);

describe("a checksum of the settings", () => {
  const given = (checksum: string) =>
    `signingKey='' sha256=arm64:${"0".repeat(64)},amd64:${checksum}`;

  test("takes the place of signature and checksums, which are not fetched", () => {
    const found = download(given(sum), { signature: "none", listed: "none" });
    expect(found).toMatchObject({ ...taken, sumsFetched: false });
  });

  test("that is another's is told", () => {
    const { status, said } = download(given("1".repeat(64)), {});
    expect(status).toBe(1);
    expect(said).toContain(`does not fit: sha256 says ${"1".repeat(64)}, the file has ${sum}`);
  });
});
