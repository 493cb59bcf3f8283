import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { asRoot } from "../system/privilege";
import { machineCacheFolder } from "../system/project";
import { type Consul, getConsul, releaseNames } from "../toolchain/consul";
import { sha256 } from "../toolchain/vendor";
import { versions } from "../toolchain/versions";

/** Laid out below as the vendor's site is below https://releases.hashicorp.com/consul. */
export const mirrorFolder = join(machineCacheFolder, "mirror");

export function mirrorTask(version: string = versions.consul): Task {
  const folder = join(mirrorFolder, version);
  return {
    title: `Consul ${version} release`,
    ready: async () => existsSync(folder),
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

async function fill(step: Step, draft: string, version: string, consul: Consul): Promise<void> {
  const names = releaseNames(version);
  const zip = join(draft, names.zip);
  const sums = join(draft, names.sums);
  if (consul.release) {
    await copyFile(consul.release.zip, zip);
    await copyFile(consul.release.sums, sums);
    return;
  }
  // Fast rather than small: it is read from this disk by three machines and goes nowhere else.
  await runInStep(step, ["zip", "-q", "-1", "--junk-paths", zip, consul.path]);
  await writeFile(sums, `${await sha256(zip)}  ${names.zip}\n`);
}
