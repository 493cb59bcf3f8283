import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { Failure } from "../system/failure";
import { withLock } from "../system/lock";
import { cacheFolder } from "../system/project";
import { isExecutable, which } from "../system/which";
import { goBuild } from "./goBuild";
import { findPulumi } from "./pulumiCli";
import { sourceHash } from "./sourceHash";
import { outOfReach, pulumiSite } from "./vendor";
import { versions } from "./versions";

const program = "pulumi-resource-command";
const folderName = `resource-command-v${versions.commandPlugin}`;
const standInSource = "lab/command-plugin";

/** How long a stand-in serves before the vendor's site is asked again. */
const retryAfter = 60 * 60 * 1000;

/** Our own, so that no setting or credential of the user's is read or written. */
export const pulumiHome = () => join(cacheFolder(), "pulumi-home");

const pluginFolder = () => join(pulumiHome(), "plugins", folderName);
const markerFile = (folder: string) => join(folder, "stand-in.json");

export interface CommandPlugin {
  path: string;
  /** False for the official plugin. */
  standIn: boolean;
}

/** What the stand-in's folder says about it; the official plugin's folder has no such file. */
interface Marker {
  source: string;
  /** When the official plugin was last out of reach, in milliseconds since 1970. */
  refused: number;
}

/** The plugin that the engine will load, or undefined where none is there yet. */
export async function findCommandPlugin(): Promise<CommandPlugin | undefined> {
  // The engine takes one from PATH before all others, and asks no version of it.
  const path = which(program);
  if (path) return { path, standIn: false };
  const folder = pluginFolder();
  if (!isWhole(folder)) return undefined;
  return { path: join(folder, program), standIn: existsSync(markerFile(folder)) };
}

export const commandPluginTask: Task = {
  title: `Command plugin ${versions.commandPlugin}`,
  ready: async () => {
    const plugin = await findCommandPlugin();
    if (!plugin?.standIn) return plugin !== undefined;
    const marker = await readMarker(pluginFolder());
    if (marker?.source !== (await sourceHash(standInSource)) || userFolder()) return false;
    if (Date.now() - marker.refused < retryAfter) return true;
    if (!(await outOfReach(pulumiSite))) return false;
    await writeMarker({ ...marker, refused: Date.now() });
    return true;
  },
  run: (step) =>
    withLock(
      join(pulumiHome(), ".plugin.lock"),
      () => install(step),
      () => step.detail("waiting for another run that is getting it"),
    ),
};

async function install(step: Step): Promise<string> {
  // Another run may have done it while this one waited for the lock.
  if (await commandPluginTask.ready()) return "another run got it";
  if (await fromUser()) return "taken from the user's Pulumi plugins";
  const refusal = (await outOfReach(pulumiSite)) ?? (await fromVendor(step));
  if (!refusal) return "downloaded";
  await buildStandIn(step, refusal);
  return "the stand-in, built from its Go module";
}

/** A plugins folder of the user's that holds the official plugin. */
function userFolder(): string | undefined {
  const homes = [process.env.PULUMI_HOME, join(homedir(), ".pulumi")];
  return homes
    .filter((home): home is string => Boolean(home) && home !== pulumiHome())
    .map((home) => join(home, "plugins", folderName))
    .find((folder) => isWhole(folder) && !existsSync(markerFile(folder)));
}

async function fromUser(): Promise<boolean> {
  const source = userFolder();
  if (!source) return false;
  const draft = `${pluginFolder()}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(source, draft, { recursive: true });
  await rm(pluginFolder(), { recursive: true, force: true });
  await rename(draft, pluginFolder());
  return true;
}

/** Lets the CLI download the plugin. Returns why that did not work. */
async function fromVendor(step: Step): Promise<string | undefined> {
  const cli = await findPulumi();
  if (!cli) return "there is no Pulumi CLI to download it with";
  step.detail("downloading");
  const argv = [cli, "plugin", "install", "resource", "command", versions.commandPlugin];
  try {
    // A stand-in in its place would count as installed.
    await runInStep(step, [...argv, "--reinstall"], {
      env: { ...process.env, PULUMI_HOME: pulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 180_000,
    });
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return isWhole(pluginFolder()) ? undefined : "the CLI installed no plugin";
}

async function buildStandIn(step: Step, refusal: string): Promise<void> {
  const folder = pluginFolder();
  const source = await sourceHash(standInSource);
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${program}.draft`);
  await goBuild(
    step,
    { name: "the stand-in", module: standInSource, package: ".", output: draft },
    `The official Command plugin ${versions.commandPlugin} is not installed and cannot be downloaded ` +
      `(${refusal}); its stand-in is needed`,
  );
  // The marker comes first: a stand-in without one would pass for the official plugin. The rename
  // leaves a running plugin its old file.
  await writeMarker({ source, refused: Date.now() });
  await rename(draft, join(folder, program));
  await rm(`${folder}.partial`, { force: true });
}

/** The CLI keeps a file beside the folder while it installs. */
function isWhole(folder: string): boolean {
  return isExecutable(join(folder, program)) && !existsSync(`${folder}.partial`);
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    return JSON.parse(await readFile(markerFile(folder), "utf8")) as Marker;
  } catch {
    return undefined;
  }
}

async function writeMarker(marker: Marker): Promise<void> {
  await writeFile(markerFile(pluginFolder()), `${JSON.stringify(marker)}\n`);
}
