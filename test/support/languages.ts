import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostComponent } from "../../lab/languages/component";
import { runOrFail } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { which } from "../../lab/system/which";
import { languagePath } from "../../lab/toolchain/languageHosts";
import { findToolchain } from "../../lab/toolchain/toolchain";

// What `pulumi package add` does for a program in another language, with the toolchain that there is.

/** The environment in which programs in YAML and Python find their hosts, the SDK and the component, hosted in `folder`. */
export async function languageEnv(folder: string, sdk: string): Promise<NodeJS.ProcessEnv> {
  return { ...(await hostComponent(folder)), PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1" };
}

/** Writes the SDK for a language into `folder`. */
async function generateSdk(
  language: "python" | "go",
  schema: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const own = generator();
  if (own) {
    await runOrFail([own, language, schema, folder]);
    return;
  }
  const { pulumi } = await findToolchain();
  const flags = ["--language", language, "--out", folder];
  await runOrFail([pulumi, "package", "gen-sdk", schema, ...flags], {
    env: { ...process.env, ...env },
  });
  cpSync(join(folder, language), folder, { recursive: true });
}

/** Writes the SDK for Python and installs it into `folder`, for PYTHONPATH. */
export async function installPythonSdk(
  schema: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const source = `${folder}-source`;
  await generateSdk("python", schema, source, env);
  const flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", folder];
  await runOrFail(["python", "-m", "pip", "install", ...flags, source], {
    env: { ...process.env, ...env },
  });
}

/**
 * examples/languages/yaml for the host that there is. One that is built from Go modules is older than the CLI, which
 * tells it of `config` in a way that it does not know; by its older name and types it reads the same for itself.
 */
export function yamlExample(folder: string): string {
  const example = join(projectFolder, "examples/languages/yaml");
  if (!generator()) return example;
  cpSync(example, folder, { recursive: true });
  const file = join(folder, "Pulumi.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace(/^config:$/m, "configuration:").replaceAll("type: string", "type: String"),
  );
  return folder;
}

/** The one of the lab, where the CLI's own language hosts are not there. */
function generator(): string | undefined {
  return languagePath()
    .map((path) => join(path, "gensdk"))
    .find(existsSync);
}

/** Whether a program in Go can be compiled here; where the tools were downloaded, Go need not be there. */
export const hasGo = which("go") !== undefined;

/** Compiles examples/languages/go in `folder`, against the SDK of this schema. */
export async function compileGoExample(
  schema: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  cpSync(join(projectFolder, "examples/languages/go"), folder, {
    recursive: true,
    filter: (path) => !path.endsWith("sdks"),
  });
  const sdk = join(folder, "sdks/consul-cluster");
  await generateSdk("go", schema, join(folder, "generated"), env);
  cpSync(join(folder, "generated/consulcluster"), sdk, { recursive: true });
  const name = "example.com/pulumi-consul-cluster/sdk/go/consul-cluster";
  const required = /^\tgithub.com\/(blang\/semver|pulumi\/pulumi\/sdk\/v3) \S+/gm;
  const versions = readFileSync(join(folder, "go.mod"), "utf8").match(required) ?? [];
  writeFileSync(
    join(sdk, "go.mod"),
    `module ${name}\n\ngo 1.24\n\nrequire (\n${versions.join("\n")}\n)\n`,
  );
  await runOrFail(["go", "build", "-mod=readonly", "-o", join(folder, "languages"), "."], {
    cwd: folder,
    env: { ...process.env, GOWORK: "off", CGO_ENABLED: "0" },
  });
}
