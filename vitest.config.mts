import { defineConfig } from "vitest/config";
import { BaseSequencer, type InlineConfig, type TestSpecification } from "vitest/node";

const second = 1000;
const minute = 60 * second;

/** The projects, in the order in which they run where several are asked for: the quick ones first. */
const order = {
  unit: 0,
  graph: 0,
  package: 1,
  conformance: 2,
  upgrade: 2,
  hosts: 3,
  e2e: 4,
  changes: 5,
  failures: 6,
};

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

/** Loading Pulumi's SDK takes longer than most files; what is loaded once serves all files of a worker. */
const quick = { isolate: false };

/** Files that use the lab: one after the other, not on after a failure, and no other run beside this one. */
const onTheLab = { fileParallelism: false, bail: 1, globalSetup: ["test/support/labLock.ts"] };

/** Files with machines and addresses of their own, that measure no gap: mostly they wait, for a boot, an election or a limit. */
const besideEachOther = { ...onTheLab, fileParallelism: true, maxWorkers: 3 };

/** Those of the end-to-end tests that are such. */
const apart = ["08", "09", "15", "13", "07", "10"].map((number) => `test/e2e/${number}-*.test.ts`);

/** How the clusters of the changes talk (test/support/way.ts). */
const way = process.env.CONSUL_CLUSTER_TESTS_WAY ?? "secured";

/**
 * Such files build on each other's machines, so their names number them; vitest itself would start
 * with what failed or took longest the last time.
 */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const numbered = (file: TestSpecification) => ["e2e", "changes"].includes(file.project.name);
    return [
      ...sorted.filter((file) => !numbered(file)),
      ...sorted.filter(numbered).sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)),
    ];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: InOrder },
    projects: [
      project("unit", 20 * second, quick),
      project("graph", 20 * second, quick),
      project("package", 3 * minute),
      project("conformance", minute),
      project("upgrade", 2 * minute),
      project("hosts", 10 * minute, { ...besideEachOther, include: apart }),
      project("e2e", 10 * minute, { ...onTheLab, exclude: apart }),
      project("changes", 10 * minute, { ...onTheLab, env: { CLUSTER_WAY: way } }),
      project("failures", 15 * minute, besideEachOther),
    ],
  },
});
