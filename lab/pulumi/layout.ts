import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../system/project";
import { readYaml } from "./yaml";

/** Where a project keeps what the CLI reads and writes. */
export interface Layout {
  /** The folder with Pulumi.yaml. */
  project: string;
  /** The file backend. */
  state: string;
  passphrase: string;
  /** Stack files as the CLI gets them. */
  stacks: string;
  /** Links by which the engine starts policy packs, where the language host cannot. */
  policyPacks: string;
}

/** `program`: folder of another Pulumi project, an example's, whose stacks lie in the same state. */
export function layoutOf(project: string = projectFolder, program: string = project): Layout {
  const run = join(project, ".lab");
  const stacks = join(run, "stacks");
  return {
    project: program,
    state: join(run, "state"),
    passphrase: join(run, "passphrase"),
    stacks: program === project ? stacks : join(stacks, projectNameOf(program)),
    policyPacks: join(run, "policy-packs"),
  };
}

/** The stack of `npm run dev`. */
export const devStack = "dev";

export const stackFileName = (stack: string) => `Pulumi.${stack}.yaml`;

/** As the Pulumi.yaml in this folder says it. */
export function projectNameOf(program: string): string {
  const text = readFileSync(join(program, "Pulumi.yaml"), "utf8");
  return (readYaml(text, "Pulumi.yaml") as { name: string }).name;
}
