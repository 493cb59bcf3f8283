import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { motoTask } from "../ec2/moto";
import { otherImageTask } from "../image/image";
import { mirrorTask } from "../mirror/mirror";
import { guardRange } from "../network/guard";
import { prepare } from "../prepare";
import { Progress } from "../progress/progress";
import { checkSources, checkStandIns } from "../sources";
import { Failure } from "../system/failure";
import { runInherited } from "../system/inherited";
import { runMain } from "../system/main";
import { projectFolder, runFolder } from "../system/project";
import { type FileResult, slowestFiles } from "../testTimes.mts";
import { awsPluginTask } from "../toolchain/awsPlugin";
import { languageHostsTask, pythonTask } from "../toolchain/languageHosts";
import type { Toolchain } from "../toolchain/toolchain";
import { versions } from "../toolchain/versions";

// npm test: all of its own set-up, then everything that can be checked. Arguments go to vitest, which
// then runs alone: `npm test -- --project e2e 02`.
runMain(async () => {
  const progress = new Progress();
  const { toolchain } = await prepare(progress);
  await progress.runTasks([
    mirrorTask(versions.consulBefore),
    ...(versions.consulAfter === versions.consul ? [] : [mirrorTask(versions.consulAfter)]),
    otherImageTask,
    languageHostsTask,
    pythonTask,
    awsPluginTask,
    motoTask,
  ]);
  await guardRange();
  const selection = process.argv.slice(2);
  if (selection.length === 0) {
    await checkSources(progress);
    await checkStandIns(progress);
  }
  return runTests(toolchain, selection.length > 0 ? selection : everythingButChanges);
});

/** Changes under load, and failures in their middle, take as long as all the others together: `npm run test:changes`. */
const everythingButChanges = [
  "unit",
  "scripts",
  "graph",
  "package",
  "conformance",
  "upgrade",
  "e2e",
  "last",
].flatMap((name) => ["--project", name]);

async function runTests(toolchain: Toolchain, selection: string[]): Promise<number> {
  const results = join(runFolder, "test", "results.json");
  mkdirSync(join(runFolder, "test"), { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const code = await runInherited(["npx", "vitest", "run", ...reporters, ...selection], {
    cwd: projectFolder,
    env: { ...process.env, COMMAND_PLUGIN: toolchain.commandPlugin.path },
  });
  const counts = JSON.parse(readFileSync(results, "utf8")) as Counts;
  if (counts.numTotalTests === 0) throw new Failure("No test was selected.");
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = counts;
  const slowest = slowestFiles(counts.testResults, projectFolder);
  if (slowest.length > 0) console.log(`\nwhere the time went:\n${slowest.join("\n")}\n`);
  // One line for whoever reads the end of a long log.
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return code;
}

interface Counts {
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: FileResult[];
}
