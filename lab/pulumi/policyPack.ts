import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { projectFolder } from "../system/project";
import type { Layout } from "./layout";

const flag = "--policy-pack";
const script = join(projectFolder, "lab/pulumi/run-policy-pack.sh");

/**
 * The arguments, with each policy pack as a program for the engine to start: what a language host does by itself,
 * but for the one that is built from Go modules.
 */
export async function withStartedPolicyPacks(
  args: readonly string[],
  layout: Layout,
): Promise<string[]> {
  const started = async (packs: string) =>
    (await Promise.all(packs.split(",").map((pack) => program(pack, layout)))).join(",");
  return Promise.all(
    args.map((arg, index) => {
      if (args[index - 1] === flag) return started(arg);
      return arg.startsWith(`${flag}=`)
        ? started(arg.slice(flag.length + 1)).then((packs) => `${flag}=${packs}`)
        : arg;
    }),
  );
}

async function program(pack: string, { project, policyPacks }: Layout): Promise<string> {
  const target = resolve(project, pack);
  const id = createHash("sha256").update(target).digest("hex").slice(0, 8);
  const folder = join(policyPacks, `${basename(target)}-${id}`);
  await mkdir(folder, { recursive: true });
  await link(target, join(folder, "pack"));
  await link(script, join(folder, "run"));
  return join(folder, "run");
}

/** In one step: another run may use it at this moment. */
async function link(target: string, path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await symlink(target, draft);
  await rename(draft, path).catch(async (error) => {
    await rm(draft);
    throw error;
  });
}
