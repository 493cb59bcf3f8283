import { expect, test } from "vitest";
import {
  needsStack,
  readCommandLine,
  removesStackFile,
  takesConfigFile,
  withFlags,
} from "../../../lab/pulumi/args";

// Does not prove that the CLI still has these flags: the end-to-end tests run it.

const read = (text: string) => readCommandLine(text.split(" "));

test.each([
  "up",
  "update",
  "preview --diff",
  "pre",
  "destroy --yes",
  "down",
  "refresh",
  "import",
  "watch",
  "logs",
])("`pulumi %s` gets a stack and the composed stack file", (text) => {
  expect(needsStack(read(text))).toBe(true);
  expect(takesConfigFile(read(text))).toBe(true);
});

test.each([
  "stack output",
  "stack",
  "stack export",
  "config set a b",
  "state delete urn",
  "cancel",
])(
  "`pulumi %s` gets a stack and no file: it has no use for one, or works on the one in git",
  (text) => {
    expect(needsStack(read(text))).toBe(true);
    expect(takesConfigFile(read(text))).toBe(false);
  },
);

test.each([
  "version",
  "--version",
  "plugin ls",
  "about",
  "stack ls",
  "stack init x",
  "stack rm dev",
  "up --help",
])("`pulumi %s` makes no stack", (text) => expect(needsStack(read(text))).toBe(false));

test.each([
  "up --config-file mine.yaml",
  "--config-file=mine.yaml up",
  "-C elsewhere up",
  "--cwd=x up",
])("`pulumi %s` is left alone", (text) => expect(takesConfigFile(read(text))).toBe(false));

test("flags before the command, with their values, are no command", () => {
  expect(read("--color never -v 3 --stack up preview").command).toEqual(["preview"]);
  expect(read("-v3 --color=never -s dev preview").command).toEqual(["preview"]);
});

test.each(["up -s prod", "up -sprod", "up -s=prod", "up --stack prod", "--stack=prod up"])(
  "the stack of `pulumi %s` is prod",
  (text) => expect(read(text).stack).toBe("prod"),
);

test("what follows `--` belongs to somebody else", () => {
  expect(read("up -- --config-file x -s y")).toMatchObject({ command: ["up"] });
  expect(takesConfigFile(read("up -- --config-file x"))).toBe(true);
  expect(read("up -- -s y").stack).toBeUndefined();
});

test("flags go right behind the command, wherever that stands", () => {
  const args = ["--color", "never", "up", "--yes"];
  expect(withFlags(args, readCommandLine(args), 1, ["--config-file", "f"])).toEqual([
    ...["--color", "never", "up", "--config-file", "f", "--yes"],
  ]);
});

test("removing a stack keeps its file, which git has", () => {
  const args = ["stack", "--color=never", "rm", "dev", "--yes"];
  const line = readCommandLine(args);
  expect(removesStackFile(line)).toBe(true);
  expect(withFlags(args, line, 2, ["--preserve-config"])).toEqual([
    ...["stack", "--color=never", "rm", "--preserve-config", "dev", "--yes"],
  ]);
  expect(removesStackFile(read("stack output"))).toBe(false);
});
