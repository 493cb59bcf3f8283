import { readFileSync } from "node:fs";
import { join } from "node:path";
import { devStack, stackFileName } from "../pulumi/layout";
import { readYaml } from "../pulumi/yaml";
import { projectFolder } from "../system/project";

/** Names of the machines in Pulumi.dev.yaml. */
export function devMachineNames(): string[] {
  const file = stackFileName(devStack);
  const text = readFileSync(join(projectFolder, file), "utf8");
  const { config = {} } = (readYaml(text, file) ?? {}) as StackFile;
  const machines = config["consul-cluster:nspawn"]?.machines ?? [];
  return machines.map(({ name }) => name);
}

interface StackFile {
  config?: { "consul-cluster:nspawn"?: { machines?: { name: string }[] } };
}
