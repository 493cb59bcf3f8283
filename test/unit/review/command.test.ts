// The command's options, its exit codes, and what it says where it is given something else.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readOptions, showPlan, usage } from "../../../components/review/command";
import { readPreview } from "./support";

function run(preview: string, ...argv: string[]) {
  let said = "";
  const terminal = { colored: false, write: (text: string) => (said += text) };
  return { code: showPlan(preview, readOptions(argv), terminal), said };
}

test.each([
  ["a harmless change", "setting", ["--strict"], 0],
  ["a danger that nobody asked about", "wipe", [], 0],
  ["a danger", "wipe", ["--strict"], 2],
  ["a danger that is allowed", "wipe", ["--strict", "--allow", "wipe"], 0],
  ["another one than is allowed", "downgrade", ["--strict", "--allow", "wipe"], 2],
  ["one of several", "downgrade", ["--strict", "--allow", "wipe,downgrade"], 0],
])("%s: exit code", (_, name, argv, code) => {
  const { said, ...ended } = run(readPreview(name), ...argv);
  expect(ended.code).toBe(code);
  expect(said.includes("Not accepted (--strict)")).toBe(code === 2);
});

test("the plan as Markdown goes to a file as well", () => {
  const file = join(mkdtempSync(join(tmpdir(), "plan-")), "plan.md");
  run(readPreview("setting"), "--markdown", file);
  expect(readFileSync(file, "utf8")).toContain("### Cluster `prod`");
});

test("it says how it is used", () => {
  expect(readOptions(["--help"]).help).toBe(true);
  expect(usage).toContain("--allow KIND,...  dangers that are decided upon: destroy, quorum,");
});

describe("wrong options are refused, all at once, with how it is done", () => {
  test.each([
    [["--stirct"], "Unknown option '--stirct'"],
    [["--allow", "all"], '--allow knows no "all"'],
    [["--stack", "dev", "--from", "x.json"], "--stack and --from exclude each other"],
    [["dev"], "Unexpected argument 'dev'"],
  ])("%j", (argv, problem) => {
    expect(() => readOptions(argv)).toThrow(problem);
    expect(() => readOptions(argv)).toThrow("usage: plan");
  });
});

describe("what is no preview is refused", () => {
  test.each([
    ["", "it is empty"],
    ["Previewing update (dev)", 'it begins with "Previewing update (dev)"'],
    ["{}", 'it has no "steps"'],
    ["[]", 'it has no "steps"'],
    [
      JSON.stringify({ diagnostics: [{ severity: "error", message: "version: no version" }] }),
      "the preview failed:\nversion: no version",
    ],
  ])("%j", (text, problem) => {
    expect(() => run(text)).toThrow(problem);
  });
});
