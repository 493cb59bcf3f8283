// A release on its way onto a host, from a mirror of the test's: what is run of it, as whom and when, and what is left.
//
// Does not prove that another user may run it there: the lab's machines do.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { trustOf } from "../../../components/steps/release/trust";
import { which } from "../../../lab/system/which";
import { makePair, type Pair, signatureOf } from "../support/openPgp";
import { releaseFunctions, runShell, temporaryFolder } from "../support/shell";

const version = "1.22.0";
const able = which("zip") !== undefined && which("gpgv") !== undefined;

let vendor: Pair;

beforeAll(async () => {
  vendor = await makePair("vendor");
});

/** A mirror whose archive holds a Consul that says its version, and a licence. */
async function mirrorWith(change: (folder: string) => void = () => {}): Promise<string> {
  const mirror = temporaryFolder();
  const folder = join(mirror, version);
  mkdirSync(folder);
  writeFileSync(
    join(folder, "consul"),
    `#!/bin/sh\necho "Consul v${version}"\n${"#".repeat(200)}\n`,
  );
  writeFileSync(join(folder, "LICENSE.txt"), "a licence");
  chmodSync(join(folder, "consul"), 0o755);
  const zip = `consul_${version}_linux_amd64.zip`;
  spawnSync("zip", ["-q", zip, "consul", "LICENSE.txt"], { cwd: folder });
  const sum = createHash("sha256")
    .update(readFileSync(join(folder, zip)))
    .digest("hex");
  const sums = `${sum}  ${zip}\n`;
  writeFileSync(join(folder, `consul_${version}_SHA256SUMS`), sums);
  writeFileSync(join(folder, `consul_${version}_SHA256SUMS.sig`), await signatureOf(sums, vendor));
  change(folder);
  return mirror;
}

/** Lays the release down in `releases`; what was run as whom stands in `ran`. `more`: functions in place of others. */
function install(mirror: string, releases = temporaryFolder(), more = "") {
  const noted = join(temporaryFolder(), "noted");
  writeFileSync(noted, "");
  const trust = trustOf({ signingKey: vendor.publicKey, signingKeyFile: "", sha256: {} });
  const { status, stderr } = runShell(
    `set -eu
    ${releaseFunctions}
    ${trust.key}
    RELEASES=$1 name=test version=${version} arch=amd64 mirror="file://$2"
    signingKey=${trust.signingKey} sha256=''
    timeout() { shift; "$@"; }
    runuser() { printf '%s\\n' "$*" >>'${noted}'; shift 3; "$@"; }
    ${more}
    install_release`,
    [releases, mirror],
  );
  const ran = readFileSync(noted, "utf8").replaceAll(releases, "RELEASES").trim().split("\n");
  return { status, said: stderr.trim(), ran, releases };
}

const extractors = ["unzip", "bsdtar", "python3", "busybox"];

/** The binary's last bytes do not arrive, and the extractor ends as if they had: Debian's unzip on a full disk. */
const cutOff = (program: string) => `${program}() {
  case $* in
    "-p "* | "unzip -p "* | "-xOf "* | *copyfileobj*) command ${program} "$@" | head -c -100 ;;
    *) command ${program} "$@" ;;
  esac
}`;

const asked = `-u consul -- RELEASES/${version}/consul version`;

describe.runIf(able)("a release", () => {
  test("is laid down with nothing beside the binary, which is run as the user consul alone", async () => {
    const { status, said, ran, releases } = install(await mirrorWith());
    expect({ status, said }).toEqual({
      status: 0,
      said: `test: release ${version} downloaded, verified and unpacked`,
    });
    expect(readdirSync(releases)).toEqual([version]);
    expect(readdirSync(join(releases, version))).toEqual(["consul"]);
    expect(ran).toEqual([asked, "-u consul -- RELEASES/.incoming/consul version"]);
  });

  test("that is there is looked at, and neither fetched nor verified", async () => {
    const { releases } = install(await mirrorWith());
    expect(install("/no/such/mirror", releases)).toMatchObject({
      status: 0,
      said: `test: release ${version} is there already`,
      ran: [asked],
    });
  });

  test("that is not the signed one is not run, and leaves nothing", async () => {
    const changed = (file: string) =>
      mirrorWith((folder) => writeFileSync(join(folder, file), "changed", { flag: "a" }));
    for (const [file, wanted] of [
      [`consul_${version}_SHA256SUMS`, "is not what was signed"],
      [`consul_${version}_linux_amd64.zip`, "does not fit"],
    ] as const) {
      const { status, said, ran, releases } = install(await changed(file));
      expect(status).toBe(1);
      expect(said).toContain(wanted);
      expect(ran).toEqual([asked]);
      expect(existsSync(join(releases, ".incoming"))).toBe(false);
      expect(readdirSync(releases)).toEqual([]);
    }
  });
});

describe.runIf(able).each(extractors)("with %s", (program) => {
  const present = which(program) !== undefined;
  const chosen = `extractor() { echo ${which(program)}; }`;

  test.runIf(present)("a release is whole by the archive's own list", async () => {
    const { status, releases } = install(await mirrorWith(), temporaryFolder(), chosen);
    expect(status).toBe(0);
    expect(readdirSync(releases)).toEqual([version]);
  });

  test.runIf(present)(
    "one that is not is neither run nor kept, though it would say its version",
    async () => {
      const { status, said, ran, releases } = install(
        await mirrorWith(),
        temporaryFolder(),
        `${chosen}\n${cutOff(program)}\nfree_mib() { echo 0; }`,
      );
      expect(status).toBe(1);
      expect(said).toMatch(
        new RegExp(
          `holds a binary of 233 bytes, and ${program} has written 133: the disk is full or not writable: .*/.incoming has 0 MiB free; nothing was changed$`,
        ),
      );
      expect(ran).toEqual([asked]);
      expect(readdirSync(releases)).toEqual([]);
    },
  );

  test.runIf(present)("an extractor that fails says whether it is for want of room", async () => {
    const failing = `${program}() { echo broken >&2; return 2; }`;
    for (const [free, words] of [
      [0, "does not unpack: the disk is full or not writable"],
      [9, "is corrupt (broken)"],
    ] as const) {
      const more = `${chosen}\n${failing}\nfree_mib() { echo ${free}; }`;
      const { status, said } = install(await mirrorWith(), temporaryFolder(), more);
      expect({ status, said: said.includes(words) }, said).toEqual({ status: 1, said: true });
    }
  });
});

test("a download that finds no room says so, and where", () => {
  const more = "curl() { return 23; }; free_mib() { echo 3; }";
  const { status, said } = install("/no/such/mirror", temporaryFolder(), more);
  expect(status).toBe(1);
  expect(said).toMatch(
    /cannot fetch .*: the disk is full or not writable: .*\/.incoming has 3 MiB free \(curl's exit code 23\); nothing was changed$/,
  );
});
