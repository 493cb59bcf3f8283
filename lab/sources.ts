import { join } from "node:path";
import type { Progress } from "./progress/progress";
import { runInStep } from "./progress/stepCommand";
import { run } from "./system/command";
import { projectFolder } from "./system/project";
import { actionlintTask, findActionlint } from "./toolchain/actionlint";
import { compiler } from "./toolchain/compiler";

/** A title, a command, and the folder that it runs in: the project's where none is said. */
type Check = [title: string, argv: string[], folder?: string];

/** What can be said of the sources by reading them: format and lint, types, dead code, shell scripts, workflows, links of the pages. */
export async function checkSources(progress: Progress): Promise<void> {
  await progress.runTasks([actionlintTask]);
  const actionlint = (await findActionlint()) ?? "actionlint";
  const scripts = await shellScripts();
  const others: Check[] = [
    ["biome", ["npx", "biome", "check", "--error-on-warnings", "."]],
    ["knip", ["npx", "knip", "--treat-config-hints-as-errors"]],
    ["shellcheck", [...shellcheck, ...scripts.filter((file) => !isOfHosts(file))]],
    // One file on a host: what one part sets another reads, and test/unit/host-lib/style.test.ts looks after that.
    [
      "shellcheck of the scripts on hosts",
      [...shellcheck, "-e", "SC2034,SC2153,SC2154", ...scripts.filter(isOfHosts)],
    ],
    ["actionlint", ["bash", ".github/scripts/lint.sh", actionlint]],
    ["links", ["npx", "vitest", "run", "--project", "unit", "test/unit/reference/links"]],
  ];
  const types: Check = ["types", [...compiler, "-p", "tsconfig.check.json"]];
  const done = await Promise.allSettled([check(progress, [types]), check(progress, others)]);
  const failed = done.find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** The stand-ins for Pulumi's plugins, which are in Go: format, vet, tests. */
export async function checkStandIns(progress: Progress): Promise<void> {
  const goModule = ["sh", "../check-go-module.sh"];
  await check(progress, [
    ["gofmt, vet and tests of the stand-in plugin", goModule, "lab/command-plugin"],
    ["gofmt, vet and tests of the stand-in for AWS", goModule, "lab/aws-plugin"],
  ]);
}

async function check(progress: Progress, checks: Check[]): Promise<void> {
  for (const [title, argv, folder = "."] of checks) {
    await progress.step(title, (step) =>
      runInStep(step, argv, { cwd: join(projectFolder, folder) }),
    );
  }
}

const shellcheck = ["shellcheck", "-x", "-P", "SCRIPTDIR"];

const isOfHosts = (file: string) => /^components\/(host-lib|steps)\//.test(file);

async function shellScripts(): Promise<string[]> {
  const listed = [
    "git",
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "*.sh",
    ".ci/run",
  ];
  const { stdout } = await run(listed, { cwd: projectFolder });
  return stdout.trim().split("\n");
}
