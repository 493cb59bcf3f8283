// What the release step knows of a signature without one: how gpgv's words are read, what a host has to have, and which
// key comes along.
//
// Does not prove that gpgv says such words: test/unit/steps/signature.test.ts asks it.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPublicKey } from "../../../components/openpgp/publicKey";
import { trustOf } from "../../../components/steps/release/trust";
import { which } from "../../../lab/system/which";
import { makePair } from "../support/openPgp";
import { without } from "../support/programs";
import { releaseFunctions, runShell, temporaryFolder } from "../support/shell";
import { systems, usual } from "../support/systems";

const version = "1.22.0";
const hasGpgv = which("gpgv") !== undefined;
const hasGpg = which("gpg") !== undefined;

describe("status lines", () => {
  const pinned = "A".repeat(40);
  const subkey = "B".repeat(40);
  const end = 1_776_549_017;
  const valid = (epoch: string | number, by = subkey, primary = pinned) =>
    `VALIDSIG ${by} 2026-01-01 ${epoch} 0 4 0 1 10 00 ${primary}`;
  const verdict = (lines: string[], system = usual) =>
    runShell(
      `${releaseFunctions}
      signingKey=${pinned} SIGNING_KEYS='${pinned}:${end} ${subkey}:${end - 100} ${"C".repeat(40)}:0'
      verdict`,
      [],
      { input: lines.map((line) => `[GNUPG:] ${line}\n`).join(""), system },
    ).stdout.trim();

  test.each<[string, string[], string]>([
    ["good", ["NEWSIG", `GOODSIG ${subkey} vendor`, valid(5)], "good"],
    // The vendor's key has one more for every subkey that ended.
    [
      "good, beside subkeys that ended",
      ["KEYEXPIRED 1", "NEWSIG", "GOODSIG B v", valid(end + 9)],
      "good",
    ],
    ["at the end of the subkey", ["EXPKEYSIG B v", valid(end - 100)], "good"],
    ["behind the end of the subkey", ["EXPKEYSIG B v", valid(end - 99)], `late ${end - 99}`],
    [
      "of a key that has no end, and has ended",
      ["EXPKEYSIG C v", valid(5, "C".repeat(40))],
      "late 5",
    ],
    ["of a key that is not listed", ["EXPKEYSIG D v", valid(5, "D".repeat(40))], "late 5"],
    ["of a time that is no number", ["EXPKEYSIG B v", valid("20200101T000000")], "none"],
    ["a signature that ended itself", ["EXPSIG B v", valid(5)], "none"],
    ["valid, and nobody says of what", [valid(5)], "none"],
    ["a good one of before says nothing", ["GOODSIG B v", "NEWSIG", valid(5)], "none"],
    ["good and bad", ["GOODSIG B v", valid(5), "NEWSIG", "BADSIG B v"], "changed"],
    ["good and revoked", ["GOODSIG B v", valid(5), "REVKEYSIG B v", valid(5)], `revoked ${subkey}`],
    ["another's", ["GOODSIG D v", valid(5, subkey, "D".repeat(40))], `another ${"D".repeat(40)}`],
    [
      "unknown",
      [`ERRSIG 0123456789ABCDEF 1 10 00 5 9 ${"E".repeat(40)}`],
      `another ${"E".repeat(40)}`,
    ],
    [
      "unknown, by its number",
      ["ERRSIG 0123456789ABCDEF 1 10 00 5 9 -"],
      "another 0123456789ABCDEF",
    ],
    ["of a kind that is not known", ["ERRSIG 0123456789ABCDEF 99 10 00 5 4 -"], "none"],
    ["nothing", [], "none"],
  ])("%s", (_, lines, wanted) => {
    for (const system of systems.filter(({ present }) => present))
      expect(verdict(lines, system), system.name).toBe(wanted);
  });

  test("what is said beside them counts for nothing", () => {
    const lines = ["[GNUPG:] NODATA 4", "GOODSIG B v", valid(5)].join("\n");
    const { stdout } = runShell(
      `${releaseFunctions}\nsigningKey=${pinned} SIGNING_KEYS=''\nverdict`,
      [],
      {
        input: lines,
      },
    );
    expect(stdout).toBe("none\n");
  });
});

describe("before anything on a host changes", () => {
  const missing = (more: string) =>
    runShell(
      `${releaseFunctions}\nname=test version=${version} sha256=''\n${more}\nmissing_programs`,
    )
      .stdout.split("\n")
      .filter((program) => ["gpgv", "base64"].includes(program));
  const there = `has_release() { true; }`;

  test("a program that verifies is asked for, either of them", () => {
    const fresh = "has_release() { false; }";
    expect(missing(`${fresh}; ${without("gpgv", "gpg")}`)).toEqual(["gpgv"]);
    expect(missing(`${fresh}; ${without("gpgv", "gpg", "base64")}`)).toEqual(["base64", "gpgv"]);
    if (hasGpg) expect(missing(`${fresh}; ${without("gpgv")}`)).toEqual([]);
    if (hasGpgv) expect(missing(`${fresh}; ${without("gpg")}`)).toEqual([]);
  });

  test("but not where nothing is downloaded, or a checksum is given", () => {
    const bare = without("gpgv", "gpg", "base64");
    expect(missing(`${there}; ${bare}`)).toEqual([]);
    expect(missing(`has_release() { false; }; sha256=amd64:0; ${bare}`)).toEqual([]);
  });

  test.each([
    ["sha256=arm64:0", "sha256 has no checksum for amd64, which this host is; add it"],
    ["sha256=arm64:0,amd64:1", ""],
    [`sha256=arm64:0; ${there}`, ""],
    ["sha256=''", ""],
  ])("a checksum for its architecture: %s", (settings, problem) => {
    const call = `version=${version} arch=amd64; has_release() { false; }; ${settings}; check_checksum; printf %s "$problems"`;
    expect(runShell(`${releaseFunctions}\n${call}`).stdout.replace(/^\s*- /, "")).toBe(problem);
  });
});

test("what the step brings along is the key of the settings, else the vendor's", async () => {
  const vendor = await makePair("vendor");
  const none = { signingKey: "", signingKeyFile: "", sha256: {} };
  expect(trustOf(none).signingKey).toBe("C874011F0AB405110D02105534365D9472D7468F");
  const own = trustOf({ ...none, signingKey: vendor.publicKey });
  expect(own).toMatchObject({ signingKey: vendor.fingerprint, sha256: "" });
  const file = join(temporaryFolder(), "key.asc");
  writeFileSync(file, vendor.publicKey);
  expect(trustOf({ ...none, signingKeyFile: file })).toEqual(own);
  const { stdout } = runShell(
    `${own.key}\nprintf '%s|' "$SIGNING_KEYS"; printf '%s\\n' "$SIGNING_KEY" | base64 -d | sha256sum`,
  );
  const digest = createHash("sha256").update(readPublicKey(vendor.publicKey).bytes).digest("hex");
  expect(stdout).toBe(`${vendor.fingerprint}:0|${digest}  -\n`);
  expect(trustOf({ ...none, sha256: { arm64: "B", amd64: "A" } })).toEqual({
    signingKey: "",
    sha256: "amd64:a,arm64:b",
    key: "",
  });
});
