import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { output, runOrFail } from "../system/command";
import { freshFolder } from "../system/fresh";
import { cacheFolder, projectFolder } from "../system/project";
import { isExecutable } from "../system/which";
import { goBuild } from "./goBuild";
import { findPulumi, isBuilt } from "./pulumiCli";
import { versions } from "./versions";

// What programs in YAML and Python need besides the CLI, for the tests. The vendor's CLI brings its hosts along.

const { languageYaml, languagePython, pythonSdk, pulumi } = versions;

const hosts = () =>
  join(cacheFolder(), "languages", `yaml-${languageYaml}-python-${languagePython}-${pulumi}`);

const venv = () => join(cacheFolder(), "languages", `pulumi-sdk-python-${pythonSdk}`);

/** Folders for the front of PATH: language hosts, and Python with Pulumi's SDK. */
export const languagePath = () => [hosts(), join(venv(), "bin")];

const programs = [
  "pulumi-language-yaml",
  "pulumi-language-python",
  "pulumi-language-python-exec",
  "gensdk",
];

export const languageHostsTask: Task = {
  title: `language hosts for YAML ${languageYaml} and Python`,
  ready: async () => {
    const cli = await findPulumi();
    return (
      (cli !== undefined && !isBuilt(cli)) ||
      programs.every((program) => isExecutable(join(hosts(), program)))
    );
  },
  run: async (step) => {
    await freshFolder(hosts(), (draft) => build(step, draft), waiting(step));
    return "built from Go modules";
  },
};

async function build(step: Step, draft: string): Promise<void> {
  const why = "The CLI was built from Go modules and brings no language hosts";
  const sdk = "github.com/pulumi/pulumi/sdk/v3";
  const builds = [
    ["pulumi-language-yaml", "language-yaml", "github.com/pulumi/pulumi-yaml/cmd"],
    ["pulumi-language-python", "language-python", `${sdk}/python/cmd`],
    // The CLI's own generators: an old language host has none.
    ["gensdk", "pulumi", "consulcluster/lab/toolchain/pulumi"],
  ] as const;
  for (const [program, module, folder] of builds) {
    await goBuild(
      step,
      {
        name: program,
        module: `lab/toolchain/modules/${module}`,
        package: `${folder}/${program}`,
        output: join(draft, program),
        variables: { [`${sdk}/go/common/version.Version`]: `v${languagePython}` },
      },
      why,
    );
  }
  // A script of Python's that stands in the module beside the host.
  const list = ["go", "list", "-m", "-f", "{{.Dir}}", sdk];
  const cwd = join(projectFolder, "lab/toolchain/modules/language-python");
  const source = await output(list, { cwd });
  const script = "pulumi-language-python-exec";
  await runInStep(step, [
    ...["install", "-m", "0755"],
    join(source ?? "", "python/cmd", script),
    join(draft, script),
  ]);
}

export const pythonTask: Task = {
  title: `Pulumi's SDK for Python ${pythonSdk}`,
  ready: async () => isExecutable(join(venv(), "bin", "python")),
  run: async (step) => {
    await freshFolder(venv(), (draft) => install(step, draft), waiting(step));
    return "installed";
  },
};

/** Its scripts know the folder that they were made in, and none of them is used. */
async function install(step: Step, draft: string): Promise<void> {
  await runOrFail(["python3", "-m", "venv", draft]);
  const requirements = join(projectFolder, "examples/languages/python/requirements.txt");
  await runInStep(step, [
    ...[join(draft, "bin/python"), "-m", "pip", "install", "--quiet"],
    ...["--disable-pip-version-check", "-r", requirements],
  ]);
}

function waiting(step: Step): () => void {
  return () => step.detail("waiting for another run that is getting them");
}
