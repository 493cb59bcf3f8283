import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectFolder } from "../system/project";

/** Names of the machines in Pulumi.dev.yaml. */
export function devMachineNames(): string[] {
  const { config = {} } = parse(readFileSync(join(projectFolder, "Pulumi.dev.yaml"), "utf8")) ?? {};
  const machines: { name: string }[] = config["consul-cluster:nspawn"]?.machines ?? [];
  return machines.map(({ name }) => name);
}
