import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { list, main, repository, request } from "./github.mjs";

// node reviewed.mjs STACK COMMIT: is there a plan of exactly these sources, that was shown in the pull request which
// this commit comes from? `artifact`, `run` and `pull` go to GITHUB_OUTPUT then, and nothing where there is none.
//
// A plan is kept under the hash of the tree that it was made of. Whichever way a pull request is merged, the commit
// on main has that tree if and only if nothing else came to main in between.

const previews = ".github/workflows/preview.yml";

const usage = "usage: node reviewed.mjs STACK COMMIT";

main(async ([stack, commit]) => {
  if (!stack || !commit) throw new Error(usage);
  const revision = ["rev-parse", "--verify", `${commit}^{tree}`];
  const tree = execFileSync("git", revision, { encoding: "utf8" }).trim();
  const found = await reviewedPlan(`plan-${stack}-${tree}`, commit);
  console.log(
    found
      ? `The plan of pull request #${found.pull}, made by run ${found.run}, was made of the same sources.`
      : "No pull request has shown a plan of exactly these sources: it is made now.",
  );
  if (!found || !process.env.GITHUB_OUTPUT) return;
  const lines = Object.entries(found).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(process.env.GITHUB_OUTPUT, lines.join(""));
});

/**
 * The newest of this name that can be trusted: of this repository's own, not a fork's, pull request that became this
 * commit, made by a run of our workflow on its last commit. An earlier commit could have held another workflow.
 *
 * @param {string} artifact
 * @param {string} commit
 */
async function reviewedPlan(artifact, commit) {
  const merged = (await list(`/commits/${commit}/pulls`)).filter(
    ({ merged_at, merge_commit_sha, head }) =>
      merged_at && merge_commit_sha === commit && head.repo?.full_name === repository(),
  );
  const kept = (await list(`/actions/artifacts?name=${artifact}`, "artifacts"))
    .filter(({ name, expired }) => name === artifact && !expired)
    .sort((a, b) => b.id - a.id);
  for (const { workflow_run } of kept) {
    const pull = merged.find(({ head }) => head.sha === workflow_run?.head_sha);
    if (pull && (await isPreview(workflow_run.id, pull)))
      return { artifact, run: workflow_run.id, pull: pull.number };
  }
  return undefined;
}

/**
 * @param {number} id
 * @param {{ head: { sha: string } }} pull
 */
async function isPreview(id, pull) {
  const run = await request("GET", `/actions/runs/${id}`);
  return (
    run.event === "pull_request" &&
    // Some of GitHub's answers have the branch behind it.
    run.path.split("@")[0] === previews &&
    run.head_sha === pull.head.sha &&
    run.head_repository?.full_name === repository() &&
    run.repository?.full_name === repository()
  );
}
