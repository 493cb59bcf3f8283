// Every shell script of the repository, as shellcheck reads it; .shellcheckrc has the one thing that it may not say.
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

/**
 * What shellcheck cannot know of a file that is one of many: whether others read what it sets, and set what it reads.
 * style.test.ts looks at all of them at once.
 */
const ofSeveralFiles = ["SC2034", "SC2153", "SC2154"];

test("shellcheck has nothing to say", ({ skip }) => {
  skip(!present, "shellcheck is not installed; install it with the system's package manager");
  // What git knows or would take: not what is built, downloaded or run.
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.sh"];
  const deleted = run("git", "ls-files", "-z", "--deleted").stdout.split("\0");
  const files = run("git", ...list)
    .stdout.split("\0")
    .filter((file) => file !== "" && !deleted.includes(file));
  expect(files).toContain("components/host-lib/paths.sh");
  const isPart = (file: string) => /^components\/(host-lib|steps)\//.test(file);
  const look = (some: string[], ...more: string[]) => {
    const { stdout, stderr } = run("shellcheck", "-f", "gcc", ...more, ...some);
    return stdout + stderr;
  };
  expect(look(files.filter(isPart), "-e", ofSeveralFiles.join(","))).toBe("");
  expect(
    look(
      files.filter((file) => !isPart(file)),
      "-x",
      "-P",
      "SCRIPTDIR",
    ),
  ).toBe("");
});
