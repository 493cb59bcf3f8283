import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The clone this file stands in. */
export const projectFolder = resolve(__dirname, "../..");

/** Everything a run leaves in the clone; ignored by git. */
export const runFolder = join(projectFolder, ".lab");

export const logFolder = join(runFolder, "logs");

/** Tools, kept by version: they survive `git clean` and serve every clone of this user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "consul-cluster");
}

/** What the machines are made from. Only root writes here, since root boots it. */
export const machineCacheFolder = "/var/cache/consul-cluster";
