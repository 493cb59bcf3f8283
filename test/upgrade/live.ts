import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardRange } from "../../lab/network/guard";
import { startResolver } from "../../lab/network/resolver";
import { prepare } from "../../lab/prepare";
import { Progress } from "../../lab/progress/progress";
import { runOrFail } from "../../lab/system/command";
import { Failure } from "../../lab/system/failure";
import { runMain } from "../../lab/system/main";
import { projectFolder } from "../../lab/system/project";
import { setup as takeLab } from "../support/labLock";
import { removeLeftovers } from "../support/leftovers";
import { processesOn } from "../support/machines";
import type { Settings } from "../support/stack";
import { FileStack } from "./fileStack";
import { type Shape, shapes } from "./shapes";
import { turnOnBoth } from "./turnOn";

// npx tsx test/upgrade/live.ts COMMIT [SHAPE]: a real cluster made by the code of a released commit, then updated by
// the code of this clone, and, where its servers are reached from here, led to TLS and ACLs under load. Fails where a
// Consul process is another one after the update.
runMain(async () => {
  const [commit, name = "existing"] = process.argv.slice(2);
  const shape = shapes.find((one) => one.name === name);
  if (commit === undefined || shape === undefined)
    throw new Failure(
      `Usage: npx tsx test/upgrade/live.ts COMMIT [${shapes.map((one) => one.name).join("|")}]`,
    );
  const progress = new Progress();
  await prepare(progress);
  await build(projectFolder);
  const folder = mkdtempSync(join(tmpdir(), "live-"));
  const released = join(folder, "released");
  const letGo = await takeLab();
  try {
    await progress.step(`building ${commit}`, () => checkOut(commit, released));
    await removeLeftovers();
    await guardRange();
    await startResolver();
    await upgrade(progress, shape, folder, released);
  } finally {
    rmSync(folder, { recursive: true });
    await letGo?.();
  }
  return 0;
});

async function upgrade(
  progress: Progress,
  shape: Shape,
  folder: string,
  released: string,
): Promise<void> {
  const processes = () => processesOn(shape.name, shape.servers, shape.user);
  const [old, current] = [released, projectFolder].map(
    (project) => new FileStack(shape.name, folder, project),
  ) as [FileStack, FileStack];
  await old.init();
  try {
    const settings = await shape.settings((value) => old.encrypted(value));
    await old.configure(known(settings, released));
    progress.note("a cluster of that commit");
    await up(old);
    const before = await processes();
    progress.note("updated by this clone");
    const said = await up(current);
    const after = await processes();
    console.log(said.trim());
    console.log(
      `pid and start before: ${before.join(", ")}\npid and start after:  ${after.join(", ")}`,
    );
    if (before.join() !== after.join()) throw new Failure("Consul was restarted.");
    await current.run("up", "--yes", "--skip-preview", "--expect-no-changes");
    if (shape.name === "existing") {
      progress.note("led to TLS and ACLs under load");
      await turnOnBoth(current, settings);
    }
    await current.run("destroy", "--yes", "--skip-preview");
  } finally {
    await shape.remove();
  }
}

/** A release of before signatures refuses the setting of their key; what is there already is not verified anew. */
function known({ signingKeyFile, ...others }: Settings, released: string): Settings {
  const knowsKeys = existsSync(join(released, "components/openpgp"));
  return knowsKeys ? { ...others, signingKeyFile } : others;
}

function up(stack: FileStack): Promise<string> {
  return stack.run("up", "--yes", "--skip-preview");
}

/** The released code beside this clone's, with its node modules: nothing is installed. */
async function checkOut(commit: string, folder: string): Promise<undefined> {
  await runOrFail(["git", "clone", "--quiet", "--shared", projectFolder, folder]);
  await runOrFail(["git", "checkout", "--quiet", commit], { cwd: folder });
  await runOrFail(["cp", "-a", join(projectFolder, "node_modules"), folder]);
  await build(folder);
}

async function build(folder: string): Promise<void> {
  await runOrFail(["npm", "run", "--silent", "build"], { cwd: folder });
}
