// What the scripts start on a host is looked for before anything on it changes, or there is a reason why not.
//
// Does not prove that a program which is there does what the scripts ask of it: otherSystems.test.ts and the lab's machines
// have some of them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { functionsIn, programsIn } from "../host-lib/style/programs";
import { Host } from "../support/host";
import { releaseFunctions, sh } from "../support/shell";

const root = join(__dirname, "../../..");
const components = join(root, "components");

/** Programs that nobody looks for, by why that does. */
const excused: Record<string, string> = {
  "of coreutils, as sha256sum is, which is looked for":
    "basename cat chgrp chmod chown cp cut date df dirname head id ln ls mkdir mv rm rmdir sleep sort stat sync tail touch tr uname wc",
  "of a package of which another is looked for: systemctl, useradd, mkfs.ext4":
    "journalctl userdel resize2fs",
  "looked for by unpack.sh, before the script that looks for all others is there": "gzip",
  "one of several, of which one is looked for": "bsdtar busybox gpg python3",
  "where it is missing, that is passed": "chcon firewall-cmd logger restorecon selinuxenabled",
  "what a login that is not root's comes in by": "sudo",
};
const allowed = new Set(Object.values(excused).flatMap((names) => names.split(" ")));

/** Scripts that run on the computer that runs Pulumi. */
const isOfOperator = (file: string) => /^steps\/(leave\/depart|reach\/)/.test(file);
/** Functions that are written around a script as it is sent: scripts.ts and packed.ts. */
const written = ["install_library", "packed_script"];

const texts = Object.fromEntries(
  ["host-lib", "steps"].flatMap((folder) =>
    readdirSync(join(components, folder), { recursive: true, encoding: "utf8" })
      .map((file) => `${folder}/${file}`)
      .filter((file) => file.endsWith(".sh") && !isOfOperator(file))
      .map((file) => [file, readFileSync(join(components, file), "utf8")]),
  ),
);
const functions = new Set([...written, ...Object.values(texts).flatMap(functionsIn)]);
const started = Object.entries(texts).flatMap(([file, text]) =>
  programsIn(text, functions).map((program) => ({ file, program })),
);

/** What a host is told to install that has nothing. */
const missing = (dataVolume: string) =>
  sh(
    `${releaseFunctions}command() { return 1; }; version=1.22.0 dataVolume=${dataVolume}; missing_programs`,
  )
    .split("\n")
    .filter(Boolean);

describe("whatever a script starts on a host is looked for", () => {
  test("or excused", () => {
    const looked = new Set([...missing("vol-1"), ...allowed]);
    expect(started.filter(({ program }) => !looked.has(program))).toEqual([]);
    expect(started.length).toBeGreaterThan(150);
  });

  test("and nothing is excused that nobody starts", () => {
    const names = new Set(started.map(({ program }) => program));
    expect([...allowed].filter((program) => !names.has(program))).toEqual([]);
  });

  test("what a data volume takes is asked for only where there is one", () => {
    const volume = ["blkid", "findmnt", "mkfs.ext4", "mount"];
    expect(missing("vol-1")).toEqual(expect.arrayContaining(volume));
    expect(missing("''").filter((program) => volume.includes(program))).toEqual([]);
    // Nobody else may rely on them.
    const others = started.filter(({ file }) => !file.endsWith("data-volume.sh"));
    expect(others.filter(({ program }) => volume.includes(program))).toEqual([]);
  });

  test("who reads what a host needs is told of all of them", () => {
    const text = readFileSync(join(root, "docs/existing-hosts.md"), "utf8");
    const listed = text.match(/\*\*What a host needs\.\*\*.*?To unpack/s)?.[0] ?? "";
    const named = [...listed.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    const either = ["gpgv", "systemctl", "unzip"];
    const asked = missing("''").filter((program) => !either.includes(program));
    expect(named.sort()).toEqual([...asked, "gzip"].sort());
  });
});

describe("before a volume is mounted", () => {
  test("its programs are looked for: what is missing is named, and nothing was touched", () => {
    const host = new Host();
    const { status, stdout, stderr } = host.run(
      "release",
      `command() { case "$*" in "-v findmnt" | "-v mkfs.ext4") return 1 ;; esac; return 0; }
      lock() { :; }; check_owner() { :; }; is_of_older_release() { return 1; }; has_release() { :; }
      mount_data_volume() { echo mounted; }; preflight() { echo preflight; exit; }
      distribution() { [ "$1" != package ] || any_package "$2"; }
      OWNER_ID=id OWNER_NAME=name
      install_release_main name=consul-1 dataVolume=vol-1`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("missing programs: findmnt mkfs.ext4; ");
    expect(stderr).toContain("nothing on it was changed");
  });
});

describe("the rule", () => {
  test.each([
    ["a command", "f() { gone x; }", ["gone"]],
    [
      "behind a condition, a pipe and in a text",
      'if a; then b | c "$(d)"; fi',
      ["a", "b", "c", "d"],
    ],
    [
      "what another one starts",
      "timeout 5 a; exec b; x | xargs -r c -f",
      ["a", "b", "c", "timeout", "x", "xargs"],
    ],
    ["behind an assignment", "LC_ALL=C a", ["a"]],
    ["no pattern", "case $1 in a | b) c ;; d) e ;; esac", ["c", "e"]],
    ["no function, no word of the shell, no variable", 'own; echo a; "$b"; $c; x=1', []],
    ["no comment and no text", "# a\necho 'b' <<E\nc\nE\n", []],
  ])("finds %s", (_, text, found) => {
    expect(programsIn(text, new Set(["own"]))).toEqual(found);
  });
});
