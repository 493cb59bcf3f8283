import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { cacheFolder } from "../system/project";
import { isExecutable, which } from "../system/which";
import { pulumiHome } from "./commandPlugin";
import { goBuild } from "./goBuild";
import { findPulumi } from "./pulumiCli";
import { sourceHash } from "./sourceHash";
import { outOfReach, pulumiSite } from "./vendor";
import { versions } from "./versions";

const program = "pulumi-resource-aws";
const folderName = `resource-aws-v${versions.awsPlugin}`;
const standInSource = "lab/aws-plugin";

export interface AwsPlugin {
  path: string;
  /** False for the official plugin. */
  standIn: boolean;
}

/**
 * The plugin for the tests that make a stack on AWS: the official one where the user has it. It has hundreds of megabytes, so it is
 * downloaded where the stand-in cannot be built only. That one lies where nobody else finds it, and takes it for the official one.
 */
export async function findAwsPlugin(): Promise<AwsPlugin | undefined> {
  const own = which(program);
  if (own) return { path: own, standIn: false };
  const official = [process.env.PULUMI_HOME, join(homedir(), ".pulumi"), pulumiHome()]
    .filter((home): home is string => Boolean(home))
    .map((home) => join(home, "plugins", folderName, program))
    .find(isExecutable);
  if (official) return { path: official, standIn: false };
  const standIn = join(await standInFolder(), program);
  return existsSync(standIn) ? { path: standIn, standIn: true } : undefined;
}

export const awsPluginTask: Task = {
  title: `AWS plugin ${versions.awsPlugin}`,
  ready: async () => (await findAwsPlugin()) !== undefined,
  run: async (step) => {
    if (!which("go") && (await outOfReach(pulumiSite)) === undefined) return download(step);
    const folder = await standInFolder();
    await mkdir(folder, { recursive: true });
    const draft = join(folder, `${program}.${process.pid}`);
    await goBuild(
      step,
      { name: "the stand-in", module: standInSource, package: ".", output: draft },
      `The official AWS plugin ${versions.awsPlugin} is not installed; its stand-in is needed`,
    );
    await rename(draft, join(folder, program));
    return "the stand-in, built from its Go module";
  },
};

async function download(step: Step): Promise<string> {
  const cli = (await findPulumi()) ?? "pulumi";
  step.detail("downloading");
  await runInStep(step, [cli, "plugin", "install", "resource", "aws", versions.awsPlugin], {
    env: { ...process.env, PULUMI_HOME: pulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return "downloaded";
}

const standInFolder = async () =>
  join(cacheFolder(), "aws-plugin", (await sourceHash(standInSource)).slice(0, 12));
