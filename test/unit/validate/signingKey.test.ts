import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSshKey } from "./keys";
import { nspawnArgs, problems, problemsOf } from "./support";

const key = readFileSync(join(__dirname, "../../../components/openpgp/vendor-key.asc"), "utf8");
const sum = "0123456789abcdefABCDEF".padEnd(64, "0");

describe("the key of the releases", () => {
  test("is taken as a text, or from a file of this computer", () => {
    expect(problemsOf({ signingKey: key })).toEqual([]);
    const files = { exists: () => true, text: () => key };
    expect(problems(nspawnArgs({ signingKeyFile: "/k.asc" }), files)).toEqual([]);
    // What a stack file has where nothing is set.
    expect(problemsOf({ signingKey: "", signingKeyFile: "", sha256: {} })).toEqual([]);
  });

  test.each([
    ["/keys/vendor.asc", "looks like a path; that goes into signingKeyFile"],
    ["~/vendor.asc", "looks like a path"],
    ["C874011F0AB405110D02105534365D9472D7468F", "holds no whole block of OpenPGP; give what `gpg"],
    [`${key}${key}`, "holds 2 blocks of OpenPGP, not one"],
    [key.replace("4", "5"), "is cut off or mistyped"],
    [openSshKey(), "holds no whole block of OpenPGP"],
    [5, "must be an OpenPGP public key in ASCII armour, not a number"],
  ])("%j is refused", (signingKey, reason) => {
    const [problem, ...others] = problemsOf({ signingKey });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^signingKey: /);
    expect(problem).toContain(reason);
  });

  test.each([
    ["/no/key.asc", '"/no/key.asc" does not exist on this computer'],
    ["~/key.asc", "starts with `~`"],
    [key, "holds a key; give its file's path, or the key in signingKey"],
    [
      "/empty.asc",
      'holds no whole block of OpenPGP; give what `gpg --armor --export FINGERPRINT` prints into "/empty.asc"',
    ],
    [5, "must be the path of an OpenPGP public key, not a number"],
  ])("a file %j is refused", (signingKeyFile, reason) => {
    const files = { exists: (path: string) => path !== "/no/key.asc", text: () => "" };
    const [problem, ...others] = problems(nspawnArgs({ signingKeyFile }), files);
    expect(others).toEqual([]);
    expect(problem).toMatch(/^signingKeyFile: /);
    expect(problem).toContain(reason);
  });

  test("is given once, and not beside a checksum, which takes its place", () => {
    expect(problemsOf({ signingKey: key, signingKeyFile: "/k" })).toEqual([
      "signingKey: and signingKeyFile are both given; give one of them",
    ]);
    for (const given of [{ signingKey: key }, { signingKeyFile: "/k" }]) {
      const [name] = Object.keys(given);
      expect(problemsOf({ ...given, sha256: { amd64: sum } })).toEqual([
        `sha256: takes the place of a signature, and ${name} is given; give one of them`,
      ]);
    }
  });
});

describe("checksums", () => {
  test("are taken for every architecture of a release", () => {
    const all = Object.fromEntries(["386", "amd64", "arm", "arm64", "s390x"].map((a) => [a, sum]));
    expect(problemsOf({ sha256: all })).toEqual([]);
  });

  test("are told all at once, each with its place and what stands there", () => {
    const sha256 = { amd64: sum.slice(1), arm64: `${sum}0`, arm: 7, x86_64: sum, s390x: "" };
    const told = problemsOf({ sha256 });
    expect(told.map((line) => line.split(":")[0])).toEqual([
      "sha256.amd64",
      "sha256.arm64",
      "sha256.arm",
      "sha256.x86_64",
      "sha256.s390x",
    ]);
    expect(told[0]).toContain("is not a SHA-256 in hex, 64 digits");
    expect(told[2]).toContain("must be a SHA-256 in hex, not a number");
    expect(told[3]).toContain("known are 386, amd64, arm, arm64, s390x");
    expect(problemsOf({ sha256: sum })).toEqual(["sha256: must be an object, not a string"]);
  });
});
