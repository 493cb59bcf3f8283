import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { versions } from "../../../lab/toolchain/versions";

// What actionlint does not look at. Whether a hash is the version beside it, GitHub alone knows.

const root = join(__dirname, "../../..");
const files = readdirSync(join(root, ".github"), { recursive: true, encoding: "utf8" })
  .filter((file) => /^(workflows|actions)\/.*\.yml$/.test(file))
  .sort();
const text = (file: string) => readFileSync(join(root, ".github", file), "utf8");
const workflows = files
  .filter((file) => file.startsWith("workflows/"))
  .map((file) => [file, parse(text(file)) as Workflow] as const);

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

interface Job {
  if?: string;
  uses?: string;
  environment?: string;
  concurrency?: { group: string; "cancel-in-progress"?: boolean };
  permissions?: Record<string, string>;
  strategy?: { matrix: { stack: string[] } };
  with?: { stack: string };
  "timeout-minutes"?: number;
  steps?: { uses?: string; run?: string; with?: Record<string, unknown>; env?: object }[];
}

const jobs = workflows.flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${file} ${name}`, job] as const),
);
const job = (name: string) => {
  const found = jobs.find(([title]) => title === name)?.[1];
  if (!found) throw new Error(`there is no job ${name}`);
  return found;
};

test("there are workflows to look at", () => {
  expect(files).toHaveLength(6);
});

test.each(files)(
  "%s: every action is one of ours, or named by its whole hash and its version",
  (file) => {
    const uses = text(file).match(/^ *(- )?uses: .*$/gm) ?? [];
    for (const line of uses)
      expect(line.trim()).toMatch(
        /uses: (\.\/\.github\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
      );
  },
);

test("the same action has the same hash and version everywhere", () => {
  const lines = files.flatMap((file) => text(file).match(/\S+@[0-9a-f]{40} # \S+/g) ?? []);
  const names = new Set(lines.map((line) => line.split("@")[0]));
  expect(new Set(lines).size).toBe(names.size);
});

test("the CLI and Node are those of the tests", () => {
  const { runs } = parse(text("actions/prepare/action.yml")) as {
    runs: Required<Pick<Job, "steps">>;
  };
  const inputs = Object.assign({}, ...runs.steps.map((step) => step.with ?? {}));
  expect(inputs["pulumi-version"]).toBe(versions.pulumi);
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(engines.node).toContain(inputs["node-version"]);
});

describe("least permissions", () => {
  test.each(workflows)("%s gives its jobs nothing to write by default", (_, { permissions }) => {
    expect(Object.values(permissions).filter((level) => level !== "read")).toEqual([]);
  });

  test("one job may write to pull requests, and it gets neither a role nor a secret", () => {
    const writers = jobs.filter(
      ([, { permissions }]) => permissions?.["pull-requests"] === "write",
    );
    expect(writers.map(([name]) => name)).toEqual(["workflows/preview.yml comment"]);
    const [[, writer]] = writers as [[string, Job]];
    expect(writer.permissions).not.toHaveProperty("id-token");
    expect(writer.environment).toBeUndefined();
    expect(JSON.stringify(writer)).not.toContain("secrets.");
  });

  test("no token stays in a checkout", () => {
    const checkouts = jobs
      .flatMap(([, { steps = [] }]) => steps)
      .filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(3);
    for (const { with: inputs } of checkouts) expect(inputs?.["persist-credentials"]).toBe(false);
  });

  test("no value of a pull request's is pasted into a command", () => {
    for (const [name, { steps = [] }] of jobs)
      for (const { run } of steps) expect(run ?? "", name).not.toContain("${{");
  });

  test("secrets and the role's credentials are not in the environment of a whole job", () => {
    for (const [name, one] of jobs)
      expect(JSON.stringify((one as { env?: object }).env ?? {}), name).not.toContain("secrets.");
  });
});

describe("forks", () => {
  test("nothing runs on events that give a fork's code secrets", () => {
    for (const [file, { on }] of workflows)
      for (const event of ["pull_request_target", "workflow_run", "issue_comment"])
        expect(Object.keys(on), file).not.toContain(event);
  });

  test("a job that a pull request starts has an environment only where the fork is excluded", () => {
    const started = workflows.filter(([, { on }]) => "pull_request" in on);
    expect(started.map(([file]) => file).sort()).toEqual([
      "workflows/preview.yml",
      "workflows/tests.yml",
    ]);
    for (const [file, { jobs }] of started)
      for (const [name, { environment, if: condition }] of Object.entries(jobs))
        if (environment)
          expect(condition, `${file} ${name}`).toContain(
            "github.event.pull_request.head.repo.full_name == github.repository",
          );
  });
});

describe("two never run at once", () => {
  test("an update of a stack waits for the one before, and is never cut off", () => {
    const { concurrency } = job("workflows/apply-stack.yml apply");
    expect(concurrency?.group).toMatch(/^up-\$\{\{ inputs\.stack \}\}$/);
    expect(concurrency?.["cancel-in-progress"]).toBe(false);
    for (const stack of ["staging", "prod"])
      expect(job(`workflows/apply.yml ${stack}`).concurrency).toEqual({
        group: `apply-${stack}`,
        "cancel-in-progress": false,
      });
  });

  test("an update waits for the reviewers of the stack's environment", () => {
    expect(job("workflows/apply-stack.yml apply").environment).toMatch(
      /^\$\{\{ inputs\.stack \}\}$/,
    );
    expect(job("workflows/apply-stack.yml plan").environment).toMatch(
      /^\$\{\{ inputs\.stack \}\}-preview$/,
    );
  });

  test("every job ends by itself", () => {
    for (const [name, one] of jobs)
      if (!one.uses) expect(one["timeout-minutes"], name).toBeGreaterThan(0);
  });
});

test("every stack of this repository but the lab's is previewed and applied", () => {
  const stacks = readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => stack !== "dev")
    .sort();
  const { preview, comment } = {
    preview: job("workflows/preview.yml preview"),
    comment: job("workflows/preview.yml comment"),
  };
  for (const { strategy } of [preview, comment])
    expect([...(strategy?.matrix.stack ?? [])].sort()).toEqual(stacks);
  const applied = jobs.filter(([, { uses }]) => uses).map(([, one]) => one.with?.stack);
  expect(applied.sort()).toEqual(stacks);
});

test("the scripts that the workflows run are there", () => {
  const named = files.flatMap(
    (file) => text(file).match(/\.github\/(scripts|workflows)\/[\w.-]+/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(5);
  for (const file of named) expect(existsSync(join(root, file)), file).toBe(true);
});
