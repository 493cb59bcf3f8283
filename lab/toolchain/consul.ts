import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Progress, Step } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { output } from "../system/command";
import { Failure } from "../system/failure";
import { freshFolder } from "../system/fresh";
import { cacheFolder } from "../system/project";
import { which } from "../system/which";
import { goBuild } from "./goBuild";
import { architecture } from "./platform";
import { consulSite, downloadVerified, outOfReach } from "./vendor";
import { versions } from "./versions";

/** The versions that can be built where the vendor's site is out of reach. */
const modules: Record<string, string> = {
  [versions.consul]: "lab/toolchain/modules/consul",
  [versions.consulBefore]: "lab/toolchain/modules/consul-1.19.2",
};

export interface Consul {
  /** The program, for this machine. */
  path: string;
  /** The vendor's own archive and list of sums, where they were downloaded. */
  release?: { zip: string; sums: string };
}

const folder = (version: string) => join(cacheFolder(), "consul", version);

/** The names that the vendor's site gives a release for this machine. */
export function releaseNames(version: string): { zip: string; sums: string } {
  return {
    zip: `consul_${version}_linux_${architecture().go}.zip`,
    sums: `consul_${version}_SHA256SUMS`,
  };
}

/** Consul in this version, gotten if need be. */
export async function ensureConsul(progress: Progress, version: string): Promise<Consul> {
  const found = await findConsul(version);
  return found ?? progress.step(`Consul ${version}`, (step) => getConsul(step, version));
}

/** The same as a part of a step that is running. */
export async function getConsul(step: Step, version: string): Promise<Consul> {
  const found = await findConsul(version);
  if (found) return found;
  await freshFolder(
    folder(version),
    (draft) => fill(step, draft, version),
    () => step.detail("waiting for another run that is getting it"),
  );
  return (await findConsul(version)) ?? Promise.reject(new Error("consul was gotten and is gone"));
}

async function findConsul(version: string): Promise<Consul | undefined> {
  const own = which("consul");
  if (own && (await versionOf(own)) === version) return { path: own };
  const path = join(folder(version), "consul");
  if (!existsSync(path)) return undefined;
  const names = releaseNames(version);
  const zip = join(folder(version), names.zip);
  const sums = join(folder(version), names.sums);
  return existsSync(zip) ? { path, release: { zip, sums } } : { path };
}

async function fill(step: Step, draft: string, version: string): Promise<void> {
  const refusal = await outOfReach(consulSite);
  if (refusal) await build(step, draft, version, refusal);
  else await download(step, draft, version);
  const found = await versionOf(join(draft, "consul"));
  if (found !== version) {
    throw new Failure(`the Consul that was gotten for ${version} calls itself "${found}"`);
  }
}

async function download(step: Step, draft: string, version: string): Promise<void> {
  const names = releaseNames(version);
  const release = `${consulSite}/consul/${version}`;
  const zip = join(draft, names.zip);
  await downloadVerified(
    step,
    { url: `${release}/${names.zip}`, path: zip },
    { url: `${release}/${names.sums}`, path: join(draft, names.sums) },
  );
  await runInStep(step, ["unzip", "-q", zip, "consul", "-d", draft]);
}

async function build(step: Step, draft: string, version: string, refusal: string): Promise<void> {
  const why = `Consul ${version} is not on PATH, and ${consulSite} is out of reach (${refusal})`;
  const module = modules[version];
  if (!module) {
    const known = Object.keys(modules).join(", ");
    throw new Failure(`${why}. Only these versions are built from Go modules here: ${known}.`);
  }
  const output = join(draft, "consul");
  await goBuild(
    step,
    { name: "Consul", module, package: "github.com/hashicorp/consul", output },
    why,
  );
}

/** "1.22.0" of "Consul v1.22.0"; a development or enterprise build keeps its suffix. */
async function versionOf(program: string): Promise<string | undefined> {
  const text = await output([program, "version"]);
  return text === undefined ? undefined : parseConsulVersion(text);
}

export function parseConsulVersion(text: string): string | undefined {
  return /^Consul v(\S+)/.exec(text)?.[1];
}
