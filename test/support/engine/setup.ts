import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runFolder } from "../../../lab/system/project";
import { pulumiHome } from "../../../lab/toolchain/commandPlugin";
import { ProgramHost } from "./programHost";
import { type QuickEngine, variable } from "./quick";

/** For vitest, before the tests of each project that runs the CLI: one for all of them. */
export async function setup(): Promise<(() => void) | undefined> {
  if (process.env[variable]) return undefined;
  const programs = await ProgramHost.start();
  const engine: QuickEngine = {
    programHost: programs.address,
    env: {
      PULUMI_HOME: await homeWithoutLogs(),
      // The state is written once, at the end of a run: each step writes megabytes of it otherwise.
      PULUMI_SKIP_CHECKPOINTS: "true",
    },
  };
  process.env[variable] = JSON.stringify(engine);
  return programs.stop;
}

/**
 * The CLI's own folder, but with no place for its logs: it writes all that goes by, scripts and all, to a compressed and encrypted
 * file, 10 MB for one run of a large stack. There is no setting against it; where there is no folder for them it goes without.
 */
async function homeWithoutLogs(): Promise<string> {
  const home = join(runFolder, "test", "pulumi-home");
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await symlink(join(pulumiHome(), "plugins"), join(home, "plugins"));
  await writeFile(join(home, "logs"), "No logs of the tests' runs.\n");
  return home;
}
