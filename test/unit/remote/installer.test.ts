// The text that a bare host runs from its stdin: does it parse, and does it write every script as it is?
//
// Does not prove that a host is judged rightly or a release installed: that runs on the lab's machines.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { library, readScript, releaseInstaller } from "../../../components/remote/scripts";
import { scripts, sh, temporaryFolder } from "../support/shell";

const onlyPassingThrough = ["install-release.sh", "data-volume.sh"];
const installed = readdirSync(scripts).filter((name) => !onlyPassingThrough.includes(name));
const terminator = "CONSUL_CLUSTER_END_OF_FILE";

function installLibrary(): string {
  const folder = temporaryFolder();
  const text = releaseInstaller();
  const start = 'install_release_main "$@" </dev/null\n';
  expect(text.endsWith(start)).toBe(true);
  const script = join(temporaryFolder(), "installer.sh");
  writeFileSync(script, `${text.slice(0, -start.length)}LIBRARY=$1\ninstall_library\n`);
  sh('. "$2"', [folder, script]);
  return folder;
}

test("the installer is a script that sh understands", () => {
  const { status, stderr } = spawnSync("sh", ["-n"], {
    input: releaseInstaller(),
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("nothing runs before the whole text has been read", () => {
  // A shell that reads its script from stdin runs each command when it has read that far. Without the
  // last line only assignments, functions and a signal that is ignored are left: they say nothing, do
  // nothing, and succeed.
  const text = releaseInstaller().replace(/^install_release_main.*\n$/m, "");
  const trace = spawnSync("sh", ["-xs"], { input: text, encoding: "utf8" });
  expect(
    trace.stderr.split("\n").filter((line) => !/^(\+ ([A-Z_]+=\S+|trap {2}PIPE))?$/.test(line)),
  ).toEqual([]);
});

test("the library writes every script as it is, ready to run", () => {
  const folder = installLibrary();
  expect(readdirSync(folder).sort()).toEqual([...installed].sort());
  for (const name of installed) {
    const file = join(folder, name);
    expect(readFileSync(file).equals(readFileSync(join(scripts, name))), name).toBe(true);
    expect(statSync(file).mode & 0o777, name).toBe(0o755);
  }
});

test("the library can be written over an older one", () => {
  const folder = installLibrary();
  const before = readFileSync(join(folder, "activate.sh"), "utf8");
  writeFileSync(join(folder, "activate.sh"), "older");
  const script = join(folder, "again");
  writeFileSync(script, releaseInstaller().replace(/^install_release_main.*\n$/m, ""));
  sh('. "$2"; LIBRARY=$1; install_library', [folder, script]);
  expect(readFileSync(join(folder, "activate.sh"), "utf8")).toBe(before);
});

test("scripts and program agree on where the library is", () => {
  expect(sh('. "$1/lib.sh"; printf %s "$LIBRARY"', [scripts])).toBe(library);
});

describe.each(readdirSync(scripts))("%s", (name) => {
  const text = readScript(name);

  test("holds no line that would end its here-document", () => {
    expect(text).not.toContain(terminator);
    expect(text.endsWith("\n")).toBe(true);
  });

  test("is parsed by sh", () => {
    const { status, stderr } = spawnSync("sh", ["-n", join(scripts, name)], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
