// What is read of a public key before a host sees it: its fingerprint, when it and its subkeys end, and what is no key to
// be pinned. Keys are OpenPGP.js's; the vendor's is the one that comes with the package.
//
// Does not prove that GnuPG takes the key: test/unit/steps/signature.test.ts does.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { generateKey } from "openpgp";
import { beforeAll, describe, expect, test } from "vitest";
import { KeyTrouble } from "../../../components/openpgp/armour";
import { readPublicKey } from "../../../components/openpgp/publicKey";
import { VENDOR_KEY, vendorKey } from "../../../components/openpgp/vendorKey";
import {
  bytesOf,
  ended,
  made,
  makePair,
  type Pair,
  revoked,
  thatEnds,
  withRevokedSubkeys,
} from "../support/openPgp";

const vendorText = readFileSync(
  join(__dirname, "../../../components/openpgp/vendor-key.asc"),
  "utf8",
);

let pair: Pair;
let withSubkey: Pair;

beforeAll(async () => {
  [pair, withSubkey] = await Promise.all([makePair("one"), makePair("two", [{ sign: true }])]);
});

const seconds = (date: Date) => date.getTime() / 1000;

/** What is wrong with a text, as it is told. */
function trouble(text: string): string {
  try {
    readPublicKey(text);
  } catch (error) {
    if (error instanceof KeyTrouble) return error.message;
    throw error;
  }
  return "none";
}

function armour(bytes: Buffer, kind = "PUBLIC KEY BLOCK"): string {
  return `-----BEGIN PGP ${kind}-----\n\n${bytes.toString("base64")}\n-----END PGP ${kind}-----\n`;
}

describe("the vendor's key", () => {
  test("is the one that is pinned, to the byte", () => {
    const key = vendorKey();
    expect(key.fingerprint).toBe("C874011F0AB405110D02105534365D9472D7468F");
    expect(createHash("sha256").update(key.bytes).digest("hex")).toBe(
      "d261f712bdaa7cc8573f749808068f42d0b3b490dd01b6c24bcab23186692b05",
    );
  });

  test("ends on 2026-04-18, and so do the subkeys that have not ended before", () => {
    const day = (s: number) => new Date(s * 1000).toISOString().slice(0, 10);
    expect(day(VENDOR_KEY.expires)).toBe("2026-04-18");
    expect(vendorKey().keys.map(({ fingerprint, expires }) => [fingerprint, day(expires)])).toEqual(
      [
        ["C874011F0AB405110D02105534365D9472D7468F", "2026-04-18"],
        ["E091216D7CC258B2EB97DC3654422F612379BA9A", "2026-04-18"],
        ["B36CBA91A2C0730C435FC280B0B441097685B676", "2022-04-20"],
        // By itself it would have had two days more.
        ["374EC75B485913604A831CC7C820C6D5CD27AB87", "2026-04-18"],
      ],
    );
  });
});

describe("a key", () => {
  test("is known by its fingerprint, with its subkeys", async () => {
    expect(readPublicKey(pair.publicKey)).toEqual({
      fingerprint: pair.fingerprint,
      keys: [{ fingerprint: pair.fingerprint, expires: 0, revoked: false }],
      bytes: await bytesOf(pair.publicKey),
    });
    const [subkey] = withSubkey.key.getSubkeys();
    expect(readPublicKey(withSubkey.publicKey).keys).toEqual([
      { fingerprint: withSubkey.fingerprint, expires: 0, revoked: false },
      { fingerprint: subkey?.getFingerprint().toUpperCase(), expires: 0, revoked: false },
    ]);
  });

  test("ends when its last word says so", async () => {
    const [expires] = readPublicKey(await thatEnds(pair)).keys.map((key) => key.expires);
    expect(expires).toBe(seconds(ended));
    // A subkey without an end of its own goes with it.
    const ends = readPublicKey(await thatEnds(withSubkey)).keys.map((key) => key.expires);
    expect(ends).toEqual([seconds(ended), seconds(ended)]);
  });

  test("and which subkeys are revoked, whether they have ended or not", async () => {
    for (const key of [withSubkey.publicKey, await thatEnds(withSubkey)]) {
      const { keys } = readPublicKey(await withRevokedSubkeys(key, withSubkey));
      expect(keys.map((each) => each.revoked)).toEqual([false, true]);
    }
  });

  test("may stand in any text, with headers, Windows' line ends and no checksum", async () => {
    const [first, ...rest] = pair.publicKey.trim().split("\n");
    const texts = [
      `The key of us\n\n${pair.publicKey}\nbye`,
      pair.publicKey.replaceAll("\n", "\r\n"),
      [first, "Comment: a word", ...rest].join("\n"),
      armour(await bytesOf(pair.publicKey)),
      pair.publicKey.replace(/\n=....\n/, "\n"),
    ];
    for (const text of texts) expect(readPublicKey(text).fingerprint).toBe(pair.fingerprint);
  });
});

describe("what is no key to be pinned", () => {
  test("is told for what it is", async () => {
    const bytes = await bytesOf(pair.publicKey);
    const other = await bytesOf(withSubkey.publicKey);
    const { privateKey } = await generateKey({ userIDs: [{ name: "x" }], format: "armored" });
    const told: [string, string][] = [
      ["", "holds no whole block"],
      ["<!doctype html>", "holds no whole block"],
      [pair.publicKey.slice(0, -40), "holds no whole block"],
      [pair.publicKey + pair.publicKey, "holds 2 blocks"],
      [pair.key.armor(), "holds a private key block"],
      [privateKey, "holds a private key block"],
      [armour(Buffer.from(pair.key.write())), "holds a private key"],
      [armour(bytes, "SIGNATURE"), "holds a signature"],
      [armour(Buffer.concat([bytes, other])), "holds 2 keys, not one"],
      [armour(bytes.subarray(0, -3)), "is cut off or mistyped"],
      [armour(Buffer.from("plain text")), "is cut off or mistyped"],
      [pair.publicKey.replace(/\n=..../, "\n=AAAA"), "is cut off or mistyped"],
      [await revoked(pair), "is revoked"],
      // Without what the key says of itself nobody knows when it ends.
      [armour(bytes.subarray(0, 53)), "is not signed by itself"],
    ];
    for (const [text, wanted] of told) expect(trouble(text), text).toContain(wanted);
  });

  test("is one of another version, which GnuPG does not read", async () => {
    const { publicKey } = await generateKey({
      userIDs: [{ name: "x" }],
      format: "armored",
      config: { v6Keys: true },
    });
    expect(trouble(publicKey)).toBe("is a key of version 6, and GnuPG on hosts reads version 4");
  });

  test("is told without a word of it, whatever it is, and never with another error", () => {
    const bytes = readPublicKey(vendorText).bytes;
    const spoiled = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(bytes);
      copy[at] = byte;
      return armour(copy);
    });
    const cut = fc.nat(bytes.length).map((length) => armour(bytes.subarray(0, length)));
    const anything = fc.uint8Array().map((found) => armour(Buffer.from(found)));
    fc.assert(
      fc.property(fc.oneof(spoiled, cut, anything, fc.string()), (text) => {
        expect(trouble(text)).toMatch(
          /^(none|(holds|is) (no|a|\d+|cut|not|revoked|something)\b[a-zA-Z0-9 ,]*)$/,
        );
      }),
      { numRuns: 500 },
    );
  });
});

test("who else has signed a key has no say in when it ends", async () => {
  // GnuPG's users sign each other's keys; OpenPGP.js does it in `signPrimaryUser`.
  const { readKey } = await import("openpgp");
  const key = await readKey({ armoredKey: await thatEnds(pair) });
  const signed = await key.signPrimaryUser([withSubkey.key], made);
  expect(readPublicKey(signed.armor()).keys[0]?.expires).toBe(seconds(ended));
});
