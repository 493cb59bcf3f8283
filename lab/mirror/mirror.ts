import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { asRoot } from "../system/privilege";
import { machineCacheFolder } from "../system/project";
import { type Consul, getConsul, releaseNames } from "../toolchain/consul";
import { sha256 } from "../toolchain/vendor";
import { versions } from "../toolchain/versions";
import { mirrorKey, mirrorKeyFile, signed } from "./signing";

/** Laid out below as the vendor's site is below https://releases.hashicorp.com/consul. */
export const mirrorFolder = join(machineCacheFolder, "mirror");

/** What a stack says to take its releases from here. */
export const mirrorSettings = {
  mirror: `file://${mirrorFolder}`,
  signingKeyFile: mirrorKeyFile,
} as const;

/** In each version's folder: by which key its checksums are signed. */
const KEY = "signing-key.asc";

export function mirrorTask(version: string = versions.consul): Task {
  const folder = join(mirrorFolder, version);
  return {
    title: `Consul ${version} release`,
    ready: async () => isSigned(folder, releaseNames(version).sums),
    run: async (step) => {
      const consul = await getConsul(step, version);
      step.detail("packing");
      const draft = await mkdtemp(join(tmpdir(), "consul-release-"));
      try {
        await fill(step, draft, version, consul);
        await runInStep(step, await asRoot(["sh", join(__dirname, "publish.sh"), draft, folder]));
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      return consul.release ? "downloaded" : folder;
    },
  };
}

/** A folder of before has no signature, or one by a key that is gone. */
export function isSigned(folder: string, sums: string, keyFile = mirrorKeyFile): boolean {
  const needed = [join(folder, `${sums}.sig`), join(folder, KEY), keyFile];
  if (!needed.every((file) => existsSync(file))) return false;
  return readFileSync(join(folder, KEY)).equals(readFileSync(keyFile));
}

async function fill(step: Step, draft: string, version: string, consul: Consul): Promise<void> {
  const names = releaseNames(version);
  await packRelease(step, join(draft, names.zip), join(draft, names.sums), consul);
  const sums = await readFile(join(draft, names.sums), "utf8");
  await writeFile(join(draft, `${names.sums}.sig`), await signed(sums));
  await writeFile(join(draft, KEY), await mirrorKey());
}

async function packRelease(step: Step, zip: string, sums: string, consul: Consul): Promise<void> {
  if (consul.release) {
    await copyFile(consul.release.zip, zip);
    await copyFile(consul.release.sums, sums);
    return;
  }
  // Fast rather than small: it is read from this disk by three machines and goes nowhere else.
  await runInStep(step, ["zip", "-q", "-1", "--junk-paths", zip, consul.path]);
  await writeFile(sums, `${await sha256(zip)}  ${basename(zip)}\n`);
}
