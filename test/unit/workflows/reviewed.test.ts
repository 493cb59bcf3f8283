import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GithubApi, repository } from "../../support/githubApi";

// Which plan counts as reviewed: a real git repository, and an API of GitHub's form on the loopback address.

const api = new GithubApi();
const folder = mkdtempSync(join(tmpdir(), "reviewed-"));
const output = join(folder, "output");
const main = join(folder, "clone");
const person = { name: "t", email: "t@example.org" };
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-c", `user.name=${person.name}`, "-c", `user.email=${person.email}`, ...args],
    { cwd: main, encoding: "utf8" },
  ).trim();

let commit: string;
let tree: string;
const head = "a".repeat(40);

beforeAll(async () => {
  await api.start();
  execFileSync("git", ["init", "-q", "-b", "main", main]);
  writeFileSync(join(main, "Pulumi.prod.yaml"), "config: {}\n");
  git("add", ".");
  git("commit", "-q", "-m", "as it was merged");
  commit = git("rev-parse", "HEAD");
  tree = git("rev-parse", "HEAD^{tree}");
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const pull = () => ({
  number: 12,
  merged_at: "2026-01-01T00:00:00Z",
  merge_commit_sha: commit,
  head: { sha: head, repo: { full_name: repository } },
});
const artifact = () => ({
  id: 5,
  name: `plan-prod-${tree}`,
  expired: false,
  workflow_run: { id: 77, head_sha: head },
});
const run = () => ({
  event: "pull_request",
  path: ".github/workflows/preview.yml",
  head_sha: head,
  head_repository: { full_name: repository },
  repository: { full_name: repository },
});

let answers: { pull: ReturnType<typeof pull>; artifact: object; run: ReturnType<typeof run> };

beforeEach(() => {
  writeFileSync(output, "");
  answers = { pull: pull(), artifact: artifact(), run: run() };
});

async function look(stack = "prod") {
  api.answers = {
    [`/commits/${commit}/pulls`]: [answers.pull],
    "/actions/artifacts": { artifacts: [answers.artifact] },
    "/actions/runs/77": answers.run,
  };
  const { code, stdout, stderr } = await api.run("reviewed.mjs", [stack, commit], {
    cwd: main,
    env: { GITHUB_OUTPUT: output },
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return { said: stdout, output: readFileSync(output, "utf8") };
}

test("a plan of the same sources, shown in the pull request that was merged, is found", async () => {
  const { said, output } = await look();
  expect(output).toBe(`artifact=plan-prod-${tree}\nrun=77\npull=12\n`);
  expect(said).toContain("#12");
  expect(api.requests.map(({ path }) => path)).toContain(
    `/actions/artifacts?name=plan-prod-${tree}&per_page=100&page=1`,
  );
});

test("the path of a workflow may have a branch behind it", async () => {
  answers.run.path += "@refs/pull/12/merge";
  expect((await look()).output).toContain("run=77");
});

describe("no plan is taken", () => {
  const cases: [string, () => void][] = [
    ["of a pull request from a fork", () => (answers.pull.head.repo.full_name = "mallory/consul")],
    ["of a pull request that is not merged", () => (answers.pull.merged_at = "")],
    ["of a pull request that became another commit", () => (answers.pull.merge_commit_sha = head)],
    [
      "of an earlier commit of the pull request",
      () =>
        (answers.artifact = { ...artifact(), workflow_run: { id: 77, head_sha: "b".repeat(40) } }),
    ],
    ["that GitHub no longer has", () => (answers.artifact = { ...artifact(), expired: true })],
    ["of another name", () => (answers.artifact = { ...artifact(), name: "plan-prod-other" })],
    ["of another workflow", () => (answers.run.path = ".github/workflows/evil.yml")],
    ["of a run on another event", () => (answers.run.event = "workflow_dispatch")],
    ["of a run of a fork's", () => (answers.run.head_repository.full_name = "mallory/consul")],
    ["of a run on another commit", () => (answers.run.head_sha = "b".repeat(40))],
  ];
  test.each(cases)("%s", async (_, change) => {
    change();
    const { said, output } = await look();
    expect(output).toBe("");
    expect(said).toContain("it is made now");
  });

  test("of sources that are not these", async () => {
    const before = { commit, tree };
    writeFileSync(join(main, "Pulumi.prod.yaml"), "config: { more: true }\n");
    git("commit", "-qam", "came to main in between");
    commit = git("rev-parse", "HEAD");
    answers.pull.merge_commit_sha = commit;
    expect((await look()).output).toBe("");
    ({ commit, tree } = before);
  });
});
