import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type InlineConfig, type TestSpecification } from "vitest/node";
import { temporaryInMemory } from "./lab/testFolder.mts";
import { inOrder, LAB_WORKERS, type LabProject, longestFirst, turnOf } from "./lab/testOrder.mts";

const second = 1000;
const minute = 60 * second;

/** The projects, in the order in which they run where several are asked for: the quick ones first. Of one number they run beside each other. */
const order = {
  unit: 0,
  scripts: 0,
  graph: 0,
  package: 0,
  conformance: 0,
  upgrade: 0,
  e2e: 1,
  last: 2,
  changes: 3,
  failures: 3,
  aws: 4,
};

/** Functions of what runs in a shell. They take most of the time of test/unit, for each of them starts a dozen processes. */
const scripts = [
  "test/unit/{host-lib,steps}/**/*.test.ts",
  "test/unit/client/scripts.test.ts",
  "test/unit/hosts/machineSurvivors.test.ts",
  "test/unit/reference/firewall.test.ts",
  "test/unit/render/files.test.ts",
  "test/unit/support/fakeCurl.test.ts",
  "test/unit/workflows/{comment,reviewed}.test.ts",
];

function project(name: keyof typeof order, timeout: number, more: InlineConfig = {}) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeout,
      hookTimeout: timeout,
      sequence: { groupOrder: order[name] },
      ...more,
    },
  };
}

const inMemory = { env: temporaryInMemory() as Record<string, string> };

/** Loading Pulumi's SDK takes longer than most files; what is loaded once serves all files of a worker. */
const quick = { isolate: false };

/** Of Pulumi's own work the tests spare what they do not test. */
const quickEngine = { globalSetup: ["test/support/engine/setup.ts"] };

/**
 * Files that use the lab: several at a time, not on after a failure, and no other run beside this one. Those that share a cluster take
 * turns (test/support/sharedTrio.ts).
 */
function onTheLab(name: LabProject, minutes: number, more: InlineConfig = {}) {
  const maxWorkers = LAB_WORKERS[name];
  const globalSetup = ["test/support/labLock.ts", ...quickEngine.globalSetup];
  return project(name, minutes * minute, { maxWorkers, bail: 1, globalSetup, ...more });
}

/** What has to find no machine of another file's. */
const last = ["test/e2e/99-*.test.ts"];

/** How the clusters of the changes talk (test/support/way.ts). */
const way = process.env.CONSUL_CLUSTER_TESTS_WAY ?? "secured";

/** vitest itself would start with what failed or took longest the last time; on the lab that would be one cluster for two. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const groupOf = (name: string) => order[name as keyof typeof order];
    /** The files of projects that run beside each other, as they would be started. */
    const inTurn = ([name, workers]: [string, number]) => {
      const files = sorted.filter(({ project }) => groupOf(project.name) === groupOf(name));
      const onLab = files.map((file) => ({
        file,
        name: relative(this.ctx.config.root, file.moduleId),
        turn: turnOf(readFileSync(file.moduleId, "utf8")),
      }));
      return inOrder(onLab, workers).map(({ file }) => file);
    };
    // A long file that came last would be waited for alone.
    const others = longestFirst(sorted, ({ moduleId }) => relative(this.ctx.config.root, moduleId));
    // Each file once, though two projects are one group.
    return [...new Set([...Object.entries(LAB_WORKERS).flatMap(inTurn), ...others])];
  }
}

export default defineConfig({
  test: {
    // vitest itself leaves one core idle, which is half of two.
    maxWorkers: "100%",
    sequence: { sequencer: InOrder },
    projects: [
      project("unit", 20 * second, { ...quick, ...inMemory, exclude: scripts }),
      project("scripts", 20 * second, { ...quick, ...inMemory, include: scripts }),
      // No cluster has its machines in /dev.
      project("graph", 20 * second, quick),
      project("package", 3 * minute, inMemory),
      project("conformance", minute, inMemory),
      project("upgrade", 2 * minute, { ...inMemory, ...quickEngine }),
      onTheLab("e2e", 10, { exclude: last }),
      onTheLab("last", 10, { include: last }),
      onTheLab("changes", 10, { env: { CLUSTER_WAY: way } }),
      onTheLab("failures", 15),
      onTheLab("aws", 15),
    ],
  },
});
