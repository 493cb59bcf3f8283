// The environment file says what was meant, to systemd and to a shell.
//
// Relied on, from systemd.exec(5), EnvironmentFile=, and its parser (src/basic/env-file.c):
// - a line is NAME, `=` and a value; between double quotes the value is literal, `#` and spaces included;
// - there a backslash before one of " \ ` $ stands for that character, before any other for itself;
// - nothing is expanded, neither $NAME nor %.
//
// Does not prove that systemd reads it so: a transcript of its parser does here, and a shell, whose rules
// between double quotes these are. The end-to-end tests see a variable in the running process.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderEnvironment } from "../../../components/render/systemdUnit";
import { validate } from "../../../components/validate";
import { sh, temporaryFolder } from "../support/shell";
import { environment } from "./arbitraries";
import { servers } from "./cases";

/** The states of systemd's parser that a file with quoted values can reach; any other is an error. */
function asSystemdReads(file: string): Record<string, string> {
  const found: [string, string][] = [];
  let state: "key" | "before value" | "quoted" | "escape" = "key";
  let key = "";
  let value = "";
  for (const c of file) {
    if (state === "key" && c === "=") {
      state = "before value";
    } else if (state === "key" && /[A-Za-z0-9_]/.test(c)) {
      key += c;
    } else if (state === "before value" && c === '"') {
      state = "quoted";
    } else if (state === "before value" && c === "\n") {
      found.push([key, value]);
      [state, key, value] = ["key", "", ""];
    } else if (state === "quoted" && (c === '"' || c === "\\")) {
      state = c === '"' ? "before value" : "escape";
    } else if (state === "quoted") {
      value += c;
    } else if (state === "escape") {
      value += '"\\`$'.includes(c) ? c : c === "\n" ? "" : `\\${c}`;
      state = "quoted";
    } else {
      throw new Error(`${JSON.stringify(c)} in the state "${state}" of ${file}`);
    }
  }
  if (state !== "key" || key !== "") throw new Error(`the last line has no end: ${file}`);
  return Object.fromEntries(found);
}

function asShellReads(file: string, names: string[]): Record<string, string> {
  const path = join(temporaryFolder(), "consul.env");
  writeFileSync(path, file);
  const print = names.map((name) => `printf '%s\\n' "$${name}"`).join("; ");
  const lines = sh(`. "$1"; ${print}`, [path]).split("\n");
  return Object.fromEntries(names.map((name, i) => [name, lines[i] as string]));
}

test("every value comes back as it was", () => {
  fc.assert(
    fc.property(environment, (wanted) => {
      expect(validate({ existing: servers("10.0.0.11"), environment: wanted })).toEqual([]);
      expect(asSystemdReads(renderEnvironment(wanted))).toEqual(wanted);
    }),
  );
});

test("a shell reads the same", () => {
  fc.assert(
    fc.property(environment, (wanted) => {
      expect(asShellReads(renderEnvironment(wanted), Object.keys(wanted))).toEqual(wanted);
    }),
    { numRuns: 40 },
  );
});

test("what would break out of a line is refused before it is rendered", () => {
  for (const value of ["a\nB=1", "a\rb", "a\0b"]) {
    const problems = validate({ existing: servers("10.0.0.11"), environment: { V: value } });
    expect(problems.map(({ path }) => path)).toEqual(["environment.V"]);
  }
});

test("nothing said is an empty file", () => {
  expect(renderEnvironment({})).toBe("");
});
