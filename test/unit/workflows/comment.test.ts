import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { GithubApi } from "../../support/githubApi";

// The script as a job runs it, against an API of GitHub's form on the loopback address.

const api = new GithubApi();
const folder = mkdtempSync(join(tmpdir(), "comment-"));
const file = join(folder, "plan.md");
const bot = { login: "github-actions[bot]" };
const marker = (stack: string) => `<!-- consul-cluster: the plan of ${stack} -->`;

beforeAll(() => api.start());
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  api.comments = [];
  api.requests.length = 0;
});

function comment(stack: string, plan: string | undefined) {
  rmSync(file, { force: true });
  if (plan !== undefined) writeFileSync(file, plan);
  const commit = "0123456789abcdef0123456789abcdef01234567";
  return api.run("comment.mjs", [stack, "12", commit, file, "https://github.example/run/7"]);
}

test("the first plan of a stack is a new comment, the next one takes its place", async () => {
  expect((await comment("prod", "first\n")).stdout).toBe("wrote https://github.example/c/1000\n");
  expect((await comment("prod", "second\n")).stdout).toBe("edited https://github.example/c/1000\n");
  expect(api.comments.map(({ body }) => body)).toEqual([
    `${marker("prod")}\n## Stack \`prod\`\n\nof 0123456789ab\n\nsecond\n`,
  ]);
});

test("each stack has its own, however many others there are", async () => {
  const chatter = Array.from({ length: 230 }, (_, id) => ({
    id,
    user: { login: "ann" },
    body: "+1",
  }));
  api.comments = [...chatter, { id: 500, user: bot, body: `${marker("prod")}\r\nold` }];
  await comment("staging", "plan\n");
  await comment("prod", "plan\n");
  expect(api.comments).toHaveLength(232);
  expect(api.comments.find(({ id }) => id === 500)?.body).toContain("plan\n");
  expect(api.requests.filter(({ method }) => method !== "GET").map(({ method }) => method)).toEqual(
    ["POST", "PATCH"],
  );
});

test("nobody else's comment is edited, whatever stands in it", async () => {
  api.comments = [
    { id: 1, user: { login: "mallory" }, body: `${marker("prod")}\nplan` },
    { id: 2, user: bot, body: `quoted:\n${marker("prod")}` },
  ];
  expect((await comment("prod", "plan\n")).stdout).toMatch(/^wrote /);
});

test("where there is no plan, that of an earlier commit does not stay", async () => {
  await comment("prod", "a plan\n");
  await comment("prod", undefined);
  expect(api.comments).toHaveLength(1);
  expect(api.comments[0]?.body).toContain(
    "**There is no plan of this commit.** [The run](https://github.example/run/7) says why.",
  );
});

test("a plan that GitHub would refuse for its length is cut", async () => {
  const { code } = await comment("prod", "x".repeat(70_000));
  expect(code).toBe(0);
  expect(api.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
  expect(api.comments[0]?.body).toContain("cut here: [the run](https://github.example/run/7)");
});

test("a refusal is said in GitHub's words and ends with 1", async () => {
  api.refuse = { status: 403, message: "Resource not accessible by integration" };
  const { code, stderr } = await comment("prod", "plan\n");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^GitHub answered 403 to GET .*Resource not accessible by integration/);
  expect(stderr).not.toContain("token-of-the-job");
});
