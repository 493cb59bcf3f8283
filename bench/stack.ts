import { join } from "node:path";
import { stringify } from "yaml";
import { mirrorSettings } from "../lab/mirror/mirror";
import { runPulumi } from "../lab/pulumi/run";
import { Failure } from "../lab/system/failure";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { versions } from "../lab/toolchain/versions";
import { type BenchHost, privateKeyFile } from "./hosts";

/** A program of the benchmark's own, by its folder: a function that runs the CLI, with more in its environment or nothing. */
export function benchProgram(toolchain: Toolchain, name: string) {
  const program = join(__dirname, name);
  return (
    args: string[],
    settings: Record<string, unknown> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<void> => {
    const configFile = fileOf(name, settings);
    return done(args, { toolchain, stack: "bench", program, configFile, env });
  };
}

/** The project's own program on the bench's hosts: a function that runs the CLI, with more settings or none. */
export function benchStack(toolchain: Toolchain, hosts: BenchHost[]) {
  return async (
    args: string[],
    settings: Record<string, unknown> = {},
    onLine?: (line: string) => void,
  ): Promise<void> => {
    const config = {
      existing: { servers: hosts.map((host) => ({ ...host, user: "admin", privateKeyFile })) },
      ...mirrorSettings,
      version: versions.consul,
      ...settings,
    };
    const configFile = fileOf("consul-cluster", config);
    const options = { toolchain, stack: "bench", configFile, ...(onLine && { onLine }) };
    await done(args, options);
  };
}

/** A stack file, of settings without their project's prefix. */
function fileOf(project: string, settings: Record<string, unknown>): string {
  const prefixed = Object.entries(settings).map(([key, value]) => [`${project}:${key}`, value]);
  return stringify({ config: Object.fromEntries(prefixed) });
}

async function done(args: string[], options: Parameters<typeof runPulumi>[1]): Promise<void> {
  const flags = args[0] === "preview" ? [] : ["--yes", "--skip-preview"];
  const { code, stdout, stderr } = await runPulumi([...args, ...flags], options);
  if (code !== 0) throw new Failure(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
