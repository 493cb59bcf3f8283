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
  writeFileSync(join(folder, "consul"), `#!/bin/sh\necho "Consul v${version}"\n`);
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

/** Lays the release down in `releases`; what was run as whom stands in `ran`. */
function install(mirror: string, releases = temporaryFolder()) {
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
    install_release`,
    [releases, mirror],
  );
  const ran = readFileSync(noted, "utf8").replaceAll(releases, "RELEASES").trim().split("\n");
  return { status, said: stderr.trim(), ran, releases };
}

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
