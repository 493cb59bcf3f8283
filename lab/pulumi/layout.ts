import { join } from "node:path";
import { projectFolder } from "../system/project";

/** Where a project keeps what the CLI reads and writes. */
export interface Layout {
  project: string;
  /** The file backend. */
  state: string;
  passphrase: string;
  /** Stack files as the CLI gets them. */
  stacks: string;
  /** Links by which the engine starts policy packs, where the language host cannot. */
  policyPacks: string;
}

export function layoutOf(project: string = projectFolder): Layout {
  const run = join(project, ".lab");
  return {
    project,
    state: join(run, "state"),
    passphrase: join(run, "passphrase"),
    stacks: join(run, "stacks"),
    policyPacks: join(run, "policy-packs"),
  };
}

/** The stack of `npm run dev`. */
export const devStack = "dev";

export const stackFileName = (stack: string) => `Pulumi.${stack}.yaml`;
