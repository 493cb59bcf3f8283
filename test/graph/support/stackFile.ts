import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { ConsulClusterArgs } from "../../../components/index";
import { readConfig } from "../../../stack/readConfig";
import { withSecrets } from "../../../stack/secrets";
import { privateKey } from "./clusters";

const root = join(__dirname, "../../..");

/** The arguments that a stack file of this project stands for, for somebody who has the bastion's key. */
export function argsOfStack(stack: string): ConsulClusterArgs {
  return argsOf(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8"));
}

/** The same, of a stack file's text. */
export function argsOf(stackFile: string): ConsulClusterArgs {
  const { config } = parse(stackFile);
  const raw = Object.entries(config as Record<string, unknown>)
    .filter(([key]) => key.startsWith("consul-cluster:"))
    .map(([key, value]) => [
      key.slice("consul-cluster:".length),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  const home = mkdtempSync(join(tmpdir(), "consul-cluster-"));
  mkdirSync(join(home, ".ssh"));
  writeFileSync(join(home, ".ssh/consul-bastion"), privateKey(50));
  const { args, problems } = readConfig(Object.fromEntries(raw), {
    folders: { project: root, home },
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return withSecrets(args, new Set());
}
