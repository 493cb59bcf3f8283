import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardRange } from "../../lab/network/guard";
import { startResolver } from "../../lab/network/resolver";
import { prepare } from "../../lab/prepare";
import { Progress } from "../../lab/progress/progress";
import { stackFileName } from "../../lab/pulumi/layout";
import { runOrFail } from "../../lab/system/command";
import { Failure } from "../../lab/system/failure";
import { runMain } from "../../lab/system/main";
import { cacheFolder, projectFolder } from "../../lab/system/project";
import { setup as takeLab } from "../support/labLock";
import { removeLeftovers } from "../support/leftovers";
import { FileStack } from "./fileStack";
import {
  isSaved,
  portable,
  type SavedGraph,
  type SavedState,
  writeGraph,
  writeSaved,
} from "./savedState";
import { type Shape, shapes } from "./shapes";

const { version } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8"));

// npx tsx test/upgrade/record.ts: brings up a cluster of every shape with the code of this clone, keeps its
// state for the tests of all later versions, and destroys it. docs/upgrading.md says when.
runMain(async () => {
  if (isSaved(version))
    throw new Failure(
      `The state of ${version} is saved already, and what was released does not change: raise the version in package.json first.`,
    );
  const dirty = execFileSync("git", ["status", "--porcelain", "components", "stack", "index.ts"], {
    cwd: projectFolder,
  }).toString();
  if (dirty !== "")
    throw new Failure(`A release is made of what is committed; this is not:\n${dirty}`);
  const progress = new Progress();
  await prepare(progress);
  await runOrFail(["npm", "run", "--silent", "build"], { cwd: projectFolder });
  const letGo = await takeLab();
  try {
    await removeLeftovers();
    await guardRange();
    await startResolver();
    // One passphrase for all of them; kept only once all of them are there.
    const folder = mkdtempSync(join(tmpdir(), "record-"));
    try {
      const saved: SavedState[] = [];
      for (const shape of shapes)
        await progress.step(shape.name, async () => void saved.push(await record(shape, folder)));
      for (const each of saved) writeSaved(version, each);
      for (const stack of ["staging", "prod"]) writeGraph(version, stack, graphOf(stack));
    } finally {
      rmSync(folder, { recursive: true });
    }
  } finally {
    await letGo?.();
  }
  return 0;
});

/** Of the stacks on AWS the graph, which a test of its own keeps true to the code. */
function graphOf(stack: string): SavedGraph {
  const read = (file: string) => readFileSync(join(projectFolder, file), "utf8");
  return { settings: read(stackFileName(stack)), graph: read(`test/graph/golden/${stack}.yaml`) };
}

async function record(shape: Shape, folder: string): Promise<SavedState> {
  const stack = new FileStack(shape.name, folder);
  await stack.init();
  try {
    await stack.configure(await shape.settings((value) => stack.encrypted(value)));
    await stack.run("up", "--yes", "--skip-preview");
    const exported = await stack.exported();
    const settings = readFileSync(stack.stackFile, "utf8");
    await stack.run("destroy", "--yes", "--skip-preview");
    return {
      name: shape.name,
      state: portable(exported, [folder, projectFolder, cacheFolder()]),
      settings,
      passphrase: readFileSync(stack.layout.passphrase, "utf8"),
    };
  } finally {
    await shape.remove();
  }
}
