// The text that a bare host runs from its stdin: does it parse, and does it write every script as it is?
//
// Does not prove that a host is judged rightly or a release installed: that runs on the lab's machines.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packed } from "../../../components/steps/packed";
import {
  hostLibraryText,
  library,
  type Program,
  readScript,
  releaseInstaller,
} from "../../../components/steps/scripts";
import { which } from "../../../lab/system/which";
import { sh, temporaryFolder } from "../support/shell";
import { systems } from "../support/systems";

const components = join(__dirname, "../../../components");
const terminator = "CONSUL_CLUSTER_END_OF_FILE";

/** The shell files of these rooms, from `components` on. */
const sources = ["host-lib", "steps"].flatMap((room) =>
  readdirSync(join(components, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sh"))
    .map((name) => `${room}/${name}`),
);

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

describe.each(systems.filter(({ name }) => name.endsWith("mawk")))("$name", (system) => {
  const [program = "", ...words] = system.shell.slice(0, -1);

  test.runIf(system.present)("the installer is a script that the shell understands", () => {
    const run = spawnSync(program, [...words, "-n"], { input: releaseInstaller() });
    expect({ status: run.status, stderr: String(run.stderr) }).toEqual({ status: 0, stderr: "" });
  });

  test.runIf(system.present)("and so is every program that it lays down", () => {
    for (const name of readdirSync(installLibrary())) {
      const text = name === "lib.sh" ? hostLibraryText() : readScript(name as Program);
      const run = spawnSync(program, [...words, "-n"], { input: text });
      expect([name, run.status, String(run.stderr)]).toEqual([name, 0, ""]);
    }
  });
});

test("nothing runs before the whole text has been read", () => {
  // A shell that reads its script from stdin runs each command when it has read that far. Without the last line only
  // assignments and functions are left, and the one program that hands the library out: there is no other here.
  const text = releaseInstaller().replace(/^install_release_main.*\n$/m, "");
  const bin = temporaryFolder();
  symlinkSync(which("cat") as string, join(bin, "cat"));
  const run = spawnSync(which("sh") as string, ["-s"], {
    input: `PATH=${bin}\n${text.replace(/^PATH=.*$/m, "")}`,
    encoding: "utf8",
    env: {},
  });
  expect(run).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("the library is one file, and every program as it is, ready to run", () => {
  const folder = installLibrary();
  const names = readdirSync(folder);
  expect(names).toContain("lib.sh");
  expect(names).toContain("activate.sh");
  for (const name of names) {
    const text = name === "lib.sh" ? hostLibraryText() : readScript(name as Program);
    expect(readFileSync(join(folder, name), "utf8") === text, name).toBe(true);
    expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o755);
  }
});

test("no script is forgotten: each is installed, or a part of the library, or passes through, or runs where Pulumi does", () => {
  const all = [packed("", releaseInstaller()), releaseInstaller(), hostLibraryText()].join("\n");
  const forgotten = sources
    .filter((source) => !/^steps\/(leave\/depart|reach\/)/.test(source))
    .filter((source) => !all.includes(readFileSync(join(components, source), "utf8").trimEnd()));
  expect(forgotten).toEqual([]);
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

test("what departures of 0.1.0 call is there: their text stands in states", () => {
  const names = readdirSync(installLibrary());
  for (const name of ["leave.sh", "forget.sh", "forget-client.sh", "remove.sh", "as-root.sh"])
    expect(names).toContain(name);
});

test("scripts and program agree on where the library is", () => {
  expect(sh(`${hostLibraryText()}\nprintf %s "$LIBRARY"`)).toBe(library);
});

test.each(sources)("%s holds no line that would end its here-document", (source) => {
  const text = readFileSync(join(components, source), "utf8");
  expect(text).not.toContain(terminator);
  expect(text.endsWith("\n")).toBe(true);
});
