import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPrivateKey } from "openpgp";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { mirrorFolder } from "../../lab/mirror/mirror";
import { makeKey, signed, signedBy } from "../../lab/mirror/signing";
import { machineRoot } from "../support/machines";
import type { Settings } from "../support/stack";
import { baseSettings, names, on, processes, trio, trioIsUp } from "../support/trio";

// Changes that must not get past the staging: the error is clear, and nothing that runs is touched.

const version = "1.22.1";
const zip = `consul_${version}_linux_amd64.zip`;

beforeAll(trioIsUp);
afterEach(() => {
  for (const name of names)
    rmSync(join(machineRoot(name), "srv/broken"), { recursive: true, force: true });
});

async function refused(settings: Settings): Promise<string> {
  const before = await everything();
  trio.settings = { ...baseSettings, ...settings };
  const said = await trio.upThatFails();
  expect(await everything(), "nothing that runs was touched").toEqual(before);
  return said;
}

/** The running processes, the active settings and the active release of each server. */
async function everything(): Promise<string[][]> {
  const links =
    "readlink /etc/consul.d/server /usr/local/bin/consul; cat /etc/systemd/system/consul.service | sha256sum";
  return Promise.all([
    processes(),
    ...names.map(async (name) => (await on(name, links)).split("\n")),
  ]);
}

const sumsFile = `consul_${version}_SHA256SUMS`;

/** A mirror on every machine whose release is the real one, renamed, and then made worse. */
async function brokenMirror(spoil: (folder: string) => Promise<void>): Promise<Settings> {
  for (const name of names) {
    const folder = join(machineRoot(name), "srv/broken", version);
    mkdirSync(folder, { recursive: true });
    cpSync(join(mirrorFolder, "1.22.0/consul_1.22.0_linux_amd64.zip"), join(folder, zip));
    await spoil(folder);
  }
  return { version, mirror: "file:///srv/broken" };
}

async function writeSums(folder: string, sum: string, sign = signed): Promise<void> {
  const sums = `${sum}  ${zip}\n`;
  writeFileSync(join(folder, sumsFile), sums);
  writeFileSync(join(folder, `${sumsFile}.sig`), await sign(sums));
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

describe("a release", () => {
  test("whose checksum does not fit", async () => {
    const said = await refused(await brokenMirror((folder) => writeSums(folder, "0".repeat(64))));
    expect(said).toContain(
      `checksum of ${zip} does not fit: consul_${version}_SHA256SUMS says ${"0".repeat(64)}`,
    );
  });

  test("whose zip is corrupt", async () => {
    const settings = await brokenMirror(async (folder) => {
      truncateSync(join(folder, zip), 20_000_000);
      await writeSums(folder, sha256(join(folder, zip)));
    });
    expect(await refused(settings)).toContain(`${zip} is corrupt`);
  });

  test("whose binary is another version", async () => {
    const said = await refused(
      await brokenMirror((folder) => writeSums(folder, sha256(join(folder, zip)))),
    );
    expect(said).toContain(`the binary in ${zip} calls itself 1.22.0, not ${version}`);
  });

  test("whose checksums another has signed", async () => {
    const { privateKey } = await makeKey("somebody else");
    const stranger = await readPrivateKey({ armoredKey: privateKey });
    const sign = (text: string) => signedBy(stranger, text);
    const said = await refused(
      await brokenMirror((folder) => writeSums(folder, sha256(join(folder, zip)), sign)),
    );
    expect(said).toContain(`by the key ${stranger.getFingerprint().toUpperCase()}`);
  });

  test("whose checksums are not signed", async () => {
    const settings = await brokenMirror(async (folder) => {
      await writeSums(folder, sha256(join(folder, zip)));
      rmSync(join(folder, `${sumsFile}.sig`));
    });
    expect(await refused(settings)).toContain("a release is taken with its signature");
    // A checksum in the settings takes its place; the binary is looked at all the same.
    const sum = sha256(join(mirrorFolder, "1.22.0/consul_1.22.0_linux_amd64.zip"));
    const known = { ...settings, signingKeyFile: "", sha256: { amd64: sum } };
    expect(await refused(known)).toContain("calls itself 1.22.0");
  });

  test("that the mirror does not have", async () => {
    const said = await refused({ version: "1.22.9" });
    expect(said).toContain("cannot fetch");
    expect(said).toContain("/1.22.9/consul_1.22.9_SHA256SUMS");
  });
});

describe("a setting", () => {
  test("that Consul refuses", async () => {
    const said = await refused({ extraConfig: { no_such_setting: true } });
    expect(said).toContain("Consul 1.22.0 refuses the settings; nothing that runs was touched");
    expect(said).toContain("no_such_setting");
  });

  test("that is wrong by itself never reaches a host; all problems are told at once", async () => {
    const said = await refused({
      retryInterval: "soon",
      ports: { dns: 80, http: 80 },
      datacentre: "dc1",
    });
    expect(said).toContain("retryInterval");
    expect(said).toContain("ports");
    expect(said).toContain("datacentre");
    expect(said).not.toMatch(/(creating|updating) \(/);
  });
});
