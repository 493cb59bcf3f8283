import { existsSync, readFileSync } from "node:fs";
import { list, main, request } from "./github.mjs";
import { shorten } from "./shorten.mjs";

// node comment.mjs STACK PULL_REQUEST COMMIT MARKDOWN_FILE LINK: the plan of a stack as a comment under a pull
// request. There is one a stack: the next plan takes its place. Where the file is missing, there is no plan, and the
// one of an earlier commit must not stand there any longer. LINK leads to the run.

/** GitHub refuses a longer comment. */
const limit = 65_536;

/** The user that a workflow's own token is. Others may write our marker, too. */
const author = "github-actions[bot]";

const usage = "usage: node comment.mjs STACK PULL_REQUEST COMMIT MARKDOWN_FILE LINK";

main(async ([stack, pull, commit, file, link]) => {
  if (!stack || !/^\d+$/.test(pull ?? "") || !commit || !file || !link) throw new Error(usage);

  // Does not show in the comment.
  const marker = `<!-- consul-cluster: the plan of ${stack} -->`;
  const head = `${marker}\n## Stack \`${stack}\`\n\nof ${commit.slice(0, 12)}\n\n`;
  const plan = existsSync(file)
    ? readFileSync(file, "utf8")
    : `**There is no plan of this commit.** [The run](${link}) says why.\n`;
  const body = head + shorten(plan, limit - head.length, link);

  const comments = await list(`/issues/${pull}/comments`);
  const ours = comments.find(
    ({ user, body: text }) => user?.login === author && text?.split(/\r?\n/, 1)[0] === marker,
  );
  const written = ours
    ? await request("PATCH", `/issues/comments/${ours.id}`, { body })
    : await request("POST", `/issues/${pull}/comments`, { body });
  console.log(`${ours ? "edited" : "wrote"} ${written.html_url}`);
});
