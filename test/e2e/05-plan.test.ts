import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import type { Settings } from "../support/stack";
import { baseSettings, names, processes, trio, trioIsUp } from "../support/trio";

// What `npm run plan` says of a real preview, and whether the update then does that. The plans of all kinds of
// change stand in test/unit/review/golden.

const folder = mkdtempSync(join(tmpdir(), "plan-"));

async function planOf(settings: Settings, ...flags: string[]) {
  trio.settings = settings;
  const [preview, markdown] = ["preview.json", "plan.md"].map((name) => join(folder, name));
  writeFileSync(preview as string, await trio.preview("--json", "--show-sames"));
  const argv = ["--from", preview as string, "--markdown", markdown as string, ...flags];
  const { code, stdout } = await run(["npm", "run", "--silent", "plan", "--", ...argv], {
    cwd: projectFolder,
  });
  return { code, terminal: stdout, markdown: readFileSync(markdown as string, "utf8") };
}

beforeAll(trioIsUp);
afterAll(async () => {
  trio.settings = baseSettings;
  await trio.up();
});

test("nothing changes where nothing does", async () => {
  const { code, terminal, markdown } = await planOf(baseSettings, "--strict");
  expect(code).toBe(0);
  expect(terminal).toMatch(/^Cluster consul {2}Nothing changes\./);
  expect(markdown).toContain("**Nothing changes.**");
});

test("a reload is announced, and is what happens", async () => {
  const { terminal } = await planOf({ ...baseSettings, dnsConfig: { maxStale: "22s" } });
  expect(terminal).toContain(
    "test-1, test-2 and test-3 reload, one after the other. No server restarts.",
  );
  expect(terminal).toMatch(/-\s+"max_stale": "15s"\n\s+\+\s+"max_stale": "22s"/);
  const before = await processes();
  const { stdout } = await trio.up();
  for (const name of names) expect(stdout).toContain(`${name}: reload done`);
  expect(await processes()).toEqual(before);
});

test("what nobody wants by accident ends with code 2, and shows no secret", async () => {
  const { machines } = baseSettings.nspawn as { machines: object[] };
  const wiped = machines.map((machine, index) =>
    index === 1 ? { ...machine, wipeData: "ticket-17" } : machine,
  );
  const settings = {
    ...baseSettings,
    nspawn: { ...(baseSettings.nspawn as object), machines: wiped },
    gossip: { rotation: 2 },
  };
  const { code, terminal, markdown } = await planOf(settings, "--strict");
  expect(code).toBe(2);
  expect(terminal).toContain("DANGER  data loss: test-2 gives up its data folder");
  expect(terminal).toContain("the gossip key (rotation-1 → rotation-2)");
  const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
  for (const text of [terminal, markdown, readFileSync(join(folder, "preview.json"), "utf8")]) {
    expect(text).not.toContain(gossipKey);
    expect(text).not.toContain("PRIVATE KEY");
  }
});
