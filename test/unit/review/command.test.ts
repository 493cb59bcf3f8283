// The command's options, its exit codes, and what it says where it is given something else.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readOptions, showPlan, usage } from "../../../components/review/command";
import { holdsPreview } from "../../../components/review/preview";
import { changed, readPreview } from "./support";

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

describe("what is no preview is refused, with what was found", () => {
  test.each([
    ["", "it is empty"],
    ["Previewing update (dev)", 'it begins with "Previewing update (dev)", and holds no JSON'],
    ["{}", 'its JSON has no "steps"'],
    ['{"version": 3}\n', 'its JSON has no "steps", but "version"'],
    ["[]", 'it begins with "[]", and holds no JSON'],
    ['Loading policies\n{\n  "steps": [', "the JSON from its line 2 on is cut off or damaged ("],
    [
      JSON.stringify({ diagnostics: [{ severity: "error", message: "version: no version" }] }),
      "the preview failed:\nversion: no version",
    ],
  ])("%j", (text, problem) => {
    expect(() => run(text)).toThrow(problem);
  });
});

describe("a preview is found whatever was printed around it", () => {
  const preview = readPreview("reload");
  const indented = JSON.stringify(JSON.parse(preview), null, 4);
  const plan = run(preview).said;

  test.each([
    ["lines of policy packs", `Loading policy packs...\n\nacme-rules: {"rules": 12}\n${indented}`],
    ["lines behind it", `${indented}\nwarning: {a brace, "and an open string\n`],
    ["JSON of others before it", `{"level":"info"}\n{"diagnostics":[]}\n${preview}\n{"steps":[]}`],
    ["a brace that nobody closes", `{ as a policy says: "don't\n${indented}`],
    ["an indented object of a policy", `policies:\n  {"steps": []}\n${preview}`],
    ["Windows' ends of lines", `Loading\r\n${indented.replaceAll("\n", "\r\n")}\r\n`],
  ])("%s", (_, text) => {
    expect(run(text).said).toBe(plan);
    expect(holdsPreview(text)).toBe(true);
  });

  test("with braces and quotes in its own texts", () => {
    const json = changed("reload", (steps) =>
      steps.map((step) => ({ ...step, detailedDiff: { note: 'a "brace" } and \\ {' } })),
    );
    expect(run(`{\n${json}\n}`).said).toBe(plan);
  });
});

// Without --show-sames the CLI leaves out the steps where there are none.
test("a preview without any change has counts alone", () => {
  expect(run('{"config":{},"changeSummary":{"same":28}}').said).toContain("Pulumi: same 28");
});
