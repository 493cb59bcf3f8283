// Every shell script of the repository, as shellcheck reads it.
//
// Does not prove that a script works; and proves nothing on a computer without shellcheck, which it says.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(__dirname, "../../..");
const present = spawnSync("shellcheck", ["--version"]).status === 0;

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1e8 });
}

test("shellcheck has nothing to say", ({ skip }) => {
  skip(!present, "shellcheck is not installed; install it with the system's package manager");
  // What git knows or would take: not what is built, downloaded or run.
  const listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.sh");
  const deleted = run("git", "ls-files", "-z", "--deleted").stdout.split("\0");
  const files = listed.stdout.split("\0").filter((file) => file !== "" && !deleted.includes(file));
  expect(files).toContain("components/remote/scripts/lib.sh");
  const { status, stdout, stderr } = run("shellcheck", "-x", "-P", "SCRIPTDIR", ...files);
  expect(stdout + stderr).toBe("");
  expect(status).toBe(0);
});
