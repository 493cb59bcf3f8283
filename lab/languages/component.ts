import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { run, runOrFail } from "../system/command";
import { projectFolder } from "../system/project";
import { languagePath } from "../toolchain/languageHosts";
import { findToolchain } from "../toolchain/toolchain";

// What `pulumi package add` makes of the component, with the toolchain that there is.

const plugin = "pulumi-resource-consul-cluster";

/**
 * Hosts the component as a plugin in `folder`, and gives the environment in which the CLI finds it. The CLI lays the
 * schema beside the plugin, and another run's would be another component's.
 */
export async function hostComponent(folder: string): Promise<NodeJS.ProcessEnv> {
  const { binDir } = await findToolchain();
  const clone = join(folder, "clone");
  const bin = join(folder, "bin");
  await installComponent(clone);
  mkdirSync(bin);
  symlinkSync(join(clone, "lab/languages/host-component.sh"), join(bin, plugin));
  return { PATH: [bin, ...languagePath(), binDir, process.env.PATH].join(delimiter) };
}

/**
 * What the CLI has of a plugin from a repository: its sources, and beside them what their own package.json names. A
 * package that it forgets is not there, though the project has it: npm takes it away.
 */
async function installComponent(clone: string): Promise<void> {
  for (const part of ["components", "tsconfig.json", "lab/languages"])
    cpSync(join(projectFolder, part), join(clone, part), { recursive: true, filter: isSource });
  const [from, to] = [join(projectFolder, "node_modules"), join(clone, "components/node_modules")];
  // Links are there in a second, unpacked archives in ten; another file system has none.
  const { code } = await run(["cp", "-al", from, to]);
  if (code !== 0) await runOrFail(["cp", "-a", `${from}/.`, to]);
  // npm writes this one in place.
  rmSync(join(to, ".package-lock.json"), { force: true });
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await runOrFail(["npm", "install", ...flags], { cwd: join(clone, "components") });
}

const isSource = (path: string) => basename(path) !== "node_modules";

/** The component's schema, as its plugin in `folder` says it. */
export async function schemaOf(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { pulumi } = await findToolchain();
  const path = join(folder, "bin", plugin);
  const { stdout } = await runOrFail([pulumi, "package", "get-schema", path], {
    env: { ...process.env, ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return stdout;
}
