import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clip } from "../../../lab/progress/display";
import { formatElapsed } from "../../../lab/progress/elapsed";
import { Progress, type Task } from "../../../lab/progress/progress";
import { runInStep } from "../../../lab/progress/stepCommand";
import { Failure } from "../../../lab/system/failure";

let logs: string;
let shown: string;

beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), "progress-"));
  shown = "";
});

afterEach(() => rm(logs, { recursive: true }));

function progress(terminal: Partial<NodeJS.WriteStream> = { isTTY: false }): Progress {
  const write = (text: string) => {
    shown += text;
    return true;
  };
  return new Progress({ ...terminal, write } as NodeJS.WriteStream, logs);
}

function task(title: string, ready: boolean, run: Task["run"] = async () => undefined): Task {
  return { title, ready: async () => ready, run };
}

test("only what is not done yet is run, counted and shown", async () => {
  const done = await progress().runTasks([
    task("packages", false, async () => "curl zip"),
    task("toolchain", true),
    task("image", false),
  ]);
  expect(done).toBe(2);
  expect(shown.replace(/\d\.\ds/g, "TIME").split("\n")).toEqual([
    "[1/2] packages",
    "[1/2] packages  done  curl zip  TIME",
    "[2/2] image",
    "[2/2] image  done  TIME",
    "",
  ]);
});

test("where all is done, nothing is shown", async () => {
  await progress().runTasks([task("toolchain", true)]);
  expect(shown).toBe("");
});

test("a failed tool's last words and the log's place are in the error", async () => {
  const broken = task("The Image", false, async (step) => {
    await runInStep(step, ["sh", "-c", "seq 100; echo cannot open it >&2; exit 3"]);
    return undefined;
  });
  const error = await progress()
    .runTasks([broken, task("later", false)])
    .catch((reason: unknown) => reason);
  if (!(error instanceof Failure)) throw error;
  expect(error.message).toMatch(/^The Image: sh -c .* ended with 3\n/);
  expect(error.message).toContain("cannot open it");
  expect(error.message.split("\n").length).toBeLessThan(20);
  expect(error.logFile).toBe(join(logs, "the-image.log"));
  expect(await readFile(join(logs, "the-image.log"), "utf8")).toContain("\n1\n2\n3\n");
  expect(shown).toContain("[1/2] The Image  failed");
  expect(shown).not.toContain("later");
});

test("a bug of ours keeps its stack trace", async () => {
  const bug = new TypeError("x is not a function");
  const run = progress().step("step", () => Promise.reject(bug));
  await expect(run).rejects.toBe(bug);
});

test("a terminal's line is rewritten in place and never wraps", async () => {
  await progress({ isTTY: true, columns: 30 }).step(
    "a title that is much too long for it",
    async () => 0,
  );
  const frames = shown.split("\r");
  expect(frames[1]).toContain("a title that is");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(frames[1]?.replace(/\u001b\[[0-9;]*[mK]/g, "").length).toBeLessThan(30);
  expect(shown.endsWith("\n")).toBe(true);
});

test("of two steps at once a terminal shows the younger one, and the other one again when that has ended", async () => {
  const both = progress({ isTTY: true, columns: 40 });
  let end = () => {};
  const types = both.step("types", () => new Promise<void>((resolve) => (end = resolve)));
  await both.step("biome", async () => both.note("of biome"));
  expect(shown.split("\r\u001b[K").at(-2)).toContain(" biome  ");
  shown = "";
  both.note("of types");
  expect(shown.split("\r\u001b[K").at(-1)).toContain(" types  ");
  end();
  await types;
});

test("escape sequences take no room", () => {
  expect(clip("\u001b[32mabcdef\u001b[39m", 3)).toBe("\u001b[32mabc\u001b[39m");
});

test.each([
  [0, "0.0s"],
  [940, "0.9s"],
  [9_960, "10s"],
  [59_400, "59s"],
  [59_700, "1m00s"],
  [92_000, "1m32s"],
  [3_700_000, "1h01m"],
])("%d ms is %s", (milliseconds, text) => {
  expect(formatElapsed(milliseconds)).toBe(text);
});
