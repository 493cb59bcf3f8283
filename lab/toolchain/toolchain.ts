import { dirname } from "node:path";
import type { Progress, Task } from "../progress/progress";
import {
  type CommandPlugin,
  commandPluginTask,
  findCommandPlugin,
  pulumiHome,
} from "./commandPlugin";
import { findPulumi, isBuilt, pulumiTask } from "./pulumiCli";
import { versions } from "./versions";

export interface Toolchain {
  /** The Pulumi CLI. */
  pulumi: string;
  /** Where it stands with its language host: goes to the front of PATH. */
  binDir: string;
  pulumiHome: string;
  commandPlugin: CommandPlugin;
  /** False where the language host is one that was built: it cannot start a policy pack from its folder. */
  startsPolicyPacks: boolean;
}

/** In this order: the CLI downloads the plugin. */
export const toolchainTasks: readonly Task[] = [pulumiTask, commandPluginTask];

/** Gets what is missing; says nothing where all is there. */
export async function ensureToolchain(progress: Progress): Promise<Toolchain> {
  await progress.runTasks(toolchainTasks);
  return findToolchain();
}

/** The toolchain, once its tasks are done. */
export async function findToolchain(): Promise<Toolchain> {
  const [pulumi, commandPlugin] = await Promise.all([findPulumi(), findCommandPlugin()]);
  if (!pulumi || !commandPlugin) throw new Error("the toolchain was prepared and is not there");
  return {
    pulumi,
    binDir: dirname(pulumi),
    pulumiHome: pulumiHome(),
    commandPlugin,
    startsPolicyPacks: !isBuilt(pulumi),
  };
}

/** The line a run says where the official plugin cannot be had. */
export function standInNotice(toolchain: Toolchain): string | undefined {
  if (!toolchain.commandPlugin.standIn) return undefined;
  return (
    `The official Command plugin ${versions.commandPlugin} cannot be downloaded here: ` +
    "lab/command-plugin stands in for it."
  );
}
