// The page and the JSON schema of the settings are committed, so that people and editors find them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../../reference/files";
import { prettyJson } from "../../../reference/prettyJson";

const root = join(__dirname, "../../..");

test.each(Object.entries(generatedFiles()))("%s is current", (file, text) => {
  const committed = readFileSync(join(root, file), "utf8");
  expect(committed === text, `${file} is out of date; run \`npm run generate\``).toBe(true);
});

describe("JSON for people", () => {
  test("is the same value again", () => {
    const value = { a: [], b: {}, c: [{ d: null, e: "x".repeat(120) }, 1, true], f: { g: ["h"] } };
    expect(JSON.parse(prettyJson(value))).toEqual(value);
  });

  test("stands on one line where it fits with the comma behind it, and on many where not", () => {
    expect(prettyJson({ a: [1, 2], b: {} })).toBe('{ "a": [1, 2], "b": {} }');
    const fits = "x".repeat(100 - '  "a": "",'.length);
    const tooLong = "x".repeat(100 - '  "a": ["",'.length);
    expect(prettyJson({ a: fits })).toBe(`{\n  "a": "${fits}"\n}`);
    expect(prettyJson({ a: [tooLong] })).toBe(`{\n  "a": [\n    "${tooLong}"\n  ]\n}`);
    expect(prettyJson({ a: [tooLong.slice(1)] })).toBe(`{\n  "a": ["${tooLong.slice(1)}"]\n}`);
  });
});
