import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { getProject, RunError, runtime } from "@pulumi/pulumi";
import type { ConsulClusterArgs } from "../components/cluster/args";
import { describeProblems, validate } from "../components/validate";
import { localFiles } from "../components/validate/localFiles";
import { withoutSecrets } from "../components/validate/problem";
import { projectFolder } from "./localPaths";
import { readConfig, withoutRepeats } from "./readConfig";
import { encryptedValues, withSecrets } from "./secrets";

/** The component's arguments from the stack file. Every problem with them is told in one error. */
export function loadArgs(): ConsulClusterArgs {
  const raw = stackConfig();
  const secretKeys = new Set(Object.keys(raw).filter(isSecret));
  const folders = { project: projectFolder(process.cwd(), existsSync), home: homedir() };
  const { args, problems } = readConfig(raw, { secretKeys, folders });
  const all = withoutRepeats(problems, validate(args, localFiles));
  const told = withoutSecrets(all, encryptedValues(args, secretKeys));
  if (told.length > 0) throw new RunError(describeProblems(told));
  return withSecrets(args, secretKeys);
}

/** What the stack file says in this project's namespace; other namespaces belong to providers. */
function stackConfig(): Record<string, string> {
  const prefix = `${getProject()}:`;
  const own = Object.entries(runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The SDK has this function, but leaves it out of its types: all of its typed readers need to be told. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = runtime as unknown as { isConfigSecret(key: string): boolean };
  return isConfigSecret(`${getProject()}:${key}`);
}
