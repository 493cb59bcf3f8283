// How a password for sudo reaches it, and nobody else: the words before a program, run here with a sudo that
// asks as the real one does.
//
// Does not prove that real ones ask like this: hosts of the end-to-end tests have those of Debian 12 and 13.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { library } from "../../../components/steps/scripts";
import { askedForPassword } from "../../../components/steps/sudo";
import { temporaryFolder } from "../support/shell";

const scripts = join(__dirname, "../../../components/host-lib");

const password = `it's "an" $(open-sesame) \\ of sudo`;

/** Asks up to three times, on stdin; nothing for the programs in $FREE. Notes what it was called with. */
const sudo = `#!/bin/sh
printf '%s\\n' "$@" "$(env)" >>"$HERE/noted"
[ "$1 $2 $3" = "-kS -p " ] || exit 64
shift 3
case " $FREE " in *" $1 "*) exec "$@" ;; esac
for try in 1 2 3; do
  IFS= read -r line || { echo "sudo: no password was provided" >&2; exit 1; }
  [ "$line" != "$(cat "$HERE/right")" ] || exec "$@"
  [ "$try" = 3 ] || echo "Sorry, try again." >&2
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
`;

interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Arguments and environment of each sudo. */
  noted: string;
}

/** Runs a program behind the words, as sshd does: the user's shell, the command in one argument. */
function asRoot(installed: boolean, program: string, stdin: string, free = ""): Run {
  const here = temporaryFolder();
  mkdirSync(join(here, "bin"));
  writeFileSync(join(here, "bin/sudo"), sudo, { mode: 0o755 });
  writeFileSync(join(here, "right"), password);
  const words = askedForPassword(installed).replace(`${library}/`, `sh ${scripts}/`);
  const { status, stdout, stderr, error } = spawnSync("sh", ["-c", `${words} ${program}`], {
    input: stdin,
    encoding: "utf8",
    env: { PATH: `${join(here, "bin")}:${process.env.PATH}`, HERE: here, FREE: free },
  });
  // A text that nobody reads to its end is an error, too.
  if (error) throw error;
  const noted = join(here, "noted");
  return { status, stdout, stderr, noted: existsSync(noted) ? readFileSync(noted, "utf8") : "" };
}

describe.each([
  ["a host that has the library", true],
  ["a bare host", false],
])("%s", (_, installed) => {
  test.each([
    ["lines", "a\nb\n"],
    ["nothing", ""],
    ["no last line break", "a\nb"],
    ["the password again as its first line", `${password}\nb\n`],
    ["more than a pipe holds", "0123456789abcde\n".repeat(20_000)],
  ])("a program gets its stdin, and no more: %s", (_, payload) => {
    const { status, stdout, stderr } = asRoot(installed, "cat", `${password}\n${payload}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout === payload).toBe(true);
  });

  // By a rule for all programs, for the first or for the second one that it is asked for.
  test.each(["true sh", "true", "sh"])("nor where sudo asks for nothing for %s", (free) => {
    const run = asRoot(installed, "cat", `${password}\na\n`, free);
    expect(run).toMatchObject({ status: 0, stdout: "a\n", stderr: "" });
  });

  test("a script on stdin runs with its arguments, and its status is the command's", () => {
    const program = "sh -s -- 'name=two words'";
    const run = asRoot(installed, program, `${password}\nprintf '<%s>' "$@"; exit 7\n`);
    expect(run).toMatchObject({ status: 7, stdout: "<name=two words>" });
  });

  test("the password is in no argument and in no environment", () => {
    const { noted } = asRoot(installed, "cat", `${password}\n`);
    expect(noted).toContain("-kS");
    expect(noted).not.toContain("open-sesame");
  });

  test.each([
    ["a wrong one", "wrong\nsecond line\n"],
    ["one that the program's first line is", `wrong\n${password}\n`],
    ["none", ""],
  ])("a password that sudo does not take is said to be, once, and nothing runs: %s", (_, stdin) => {
    const { status, stdout, stderr } = asRoot(installed, "echo ran", stdin);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^sudo does not take the sudoPassword of \S+ on \S+: .*sudo: no password was provided; nothing was changed by this step; give the right one in this server's settings\n$/,
    );
    expect(stderr).not.toContain("wrong");
  });
});

test("a preview of a bare host shows no words for people", () => {
  expect(askedForPassword(false)).not.toMatch(/^\s*#/m);
  expect(askedForPassword(false).length).toBeLessThan(1000);
});
