import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { output } from "../system/command";
import { Failure } from "../system/failure";
import { freshFolder } from "../system/fresh";
import { cacheFolder } from "../system/project";
import { isExecutable, which } from "../system/which";
import { goBuild } from "./goBuild";
import { architecture } from "./platform";
import { fits } from "./semver";
import { downloadVerified, githubSite, outOfReach } from "./vendor";
import { versions } from "./versions";

// The linter of .github/workflows. Only the checks of the sources need it.

const folder = () => join(cacheFolder(), "actionlint", versions.actionlint);

export async function findActionlint(): Promise<string | undefined> {
  const own = which("actionlint");
  if (own && (await isFitting(own))) return own;
  const kept = join(folder(), "actionlint");
  return isExecutable(kept) ? kept : undefined;
}

export const actionlintTask: Task = {
  title: `actionlint ${versions.actionlint}`,
  ready: async () => (await findActionlint()) !== undefined,
  run: async (step) => {
    const why = await outOfReach(githubSite);
    await freshFolder(
      folder(),
      async (draft) => {
        await (why ? build(step, draft, why) : download(step, draft));
        if (!(await isFitting(join(draft, "actionlint"))))
          throw new Failure(`the actionlint that was gotten is not ${versions.actionlint}`);
      },
      () => step.detail("waiting for another run that is getting it"),
    );
    return why ? "built from its Go modules" : "downloaded";
  },
};

/** A newer one may know of problems that nobody has looked at yet: that is for whoever put it on PATH. */
async function isFitting(program: string): Promise<boolean> {
  const said = await output([program, "-version"]);
  return said !== undefined && fits(said, versions.actionlint);
}

async function download(step: Step, draft: string): Promise<void> {
  const { actionlint: version } = versions;
  const release = `${githubSite}/rhysd/actionlint/releases/download/v${version}`;
  const archive = join(draft, "archive.tar.gz");
  const sums = join(draft, "checksums.txt");
  await downloadVerified(
    step,
    {
      url: `${release}/actionlint_${version}_linux_${architecture().go}.tar.gz`,
      path: archive,
    },
    { url: `${release}/actionlint_${version}_checksums.txt`, path: sums },
  );
  await runInStep(step, ["tar", "-xzf", archive, "-C", draft, "actionlint"]);
  await Promise.all([archive, sums].map((file) => rm(file)));
}

async function build(step: Step, draft: string, reason: string): Promise<void> {
  await goBuild(
    step,
    {
      name: "actionlint",
      module: "lab/toolchain/modules/actionlint",
      package: "github.com/rhysd/actionlint/cmd/actionlint",
      output: join(draft, "actionlint"),
    },
    `actionlint ${versions.actionlint} is not on PATH, and ${githubSite} is out of reach (${reason})`,
  );
}
