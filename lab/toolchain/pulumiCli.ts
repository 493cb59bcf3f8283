import { existsSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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
import { downloadVerified, outOfReach, pulumiSite } from "./vendor";
import { oldestPulumi, versions } from "./versions";

const languageHost = "pulumi-language-nodejs";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The vendor's archive, unpacked: the CLI with all of its language hosts. */
const vendorFolder = () => join(cacheFolder(), "pulumi", versions.pulumi);

/** Both programs in one folder: the CLI warns about a language host that stands elsewhere. */
const builtFolder = () => `${vendorFolder()}-nodejs-${versions.languageNodejs}`;

/** The CLI to use, or undefined where none is there yet. */
export async function findPulumi(): Promise<string | undefined> {
  return (
    (await onPath()) ??
    [vendorFolder(), builtFolder()]
      .map((folder) => join(folder, "pulumi"))
      .find((cli) => isExecutable(cli))
  );
}

/** Is this the CLI that was built here, with its older language host? */
export const isBuilt = (cli: string) => dirname(cli) === builtFolder();

export const pulumiTask: Task = {
  title: `Pulumi CLI ${versions.pulumi}`,
  ready: async () => (await findPulumi()) !== undefined,
  run: async (step) => {
    const why = await outOfReach(pulumiSite);
    if (!why) {
      await freshFolder(vendorFolder(), (draft) => fromVendor(step, draft), waiting(step));
      return "downloaded";
    }
    step.log(`${pulumiSite} is out of reach (${why})`);
    await freshFolder(builtFolder(), (draft) => fromModules(step, draft, why), waiting(step));
    return "built from its Go modules";
  },
};

async function onPath(): Promise<string | undefined> {
  const cli = which("pulumi");
  if (!cli) return undefined;
  const beside = join(dirname(realpathSync(cli)), languageHost);
  if (!existsSync(beside) && !which(languageHost)) return undefined;
  const version = await output([cli, "version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return version !== undefined && fits(version, oldestPulumi) ? cli : undefined;
}

async function fromVendor(step: Step, draft: string): Promise<void> {
  const releases = `${pulumiSite}/releases/sdk`;
  const archive = join(draft, "archive.tar.gz");
  const sums = join(draft, "checksums.txt");
  await downloadVerified(
    step,
    {
      url: `${releases}/pulumi-v${versions.pulumi}-linux-${architecture().pulumi}.tar.gz`,
      path: archive,
    },
    { url: `${releases}/pulumi-${versions.pulumi}-checksums.txt`, path: sums },
  );
  step.detail("unpacking");
  // The programs stand in a folder `pulumi` of the archive.
  await runInStep(step, ["tar", "-xzf", archive, "-C", draft, "--strip-components=1"]);
  await rm(archive);
  await rm(sums);
}

async function fromModules(step: Step, draft: string, reason: string): Promise<void> {
  const why = `Pulumi ${versions.pulumi} is not on PATH, and ${pulumiSite} is out of reach (${reason})`;
  // The language host comes first: it is the quick one, and missing Go shows with either.
  await goBuild(
    step,
    {
      name: "the language host",
      module: "lab/toolchain/modules/language-nodejs",
      package: `github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${languageHost}`,
      output: join(draft, languageHost),
      variables: { [versionVariable]: `v${versions.languageNodejs}` },
    },
    why,
  );
  const cli = join(draft, "pulumi");
  await goBuild(
    step,
    {
      name: "the CLI",
      module: "lab/toolchain/modules/pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      output: cli,
      variables: { [versionVariable]: `v${versions.pulumi}` },
    },
    why,
  );
  const version = await output([cli, "version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (version !== `v${versions.pulumi}`) {
    throw new Failure(`the Pulumi CLI that was built calls itself "${version}"`);
  }
}

function waiting(step: Step): () => void {
  return () => step.detail("waiting for another run that is getting it");
}
