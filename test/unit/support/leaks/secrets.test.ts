// The search for secrets (test/support/leaks): it finds a planted one in each encoding, and in a process's command line and
// environment. A search that cannot find is no test.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureKeyPair } from "../../../../lab/machines/keyPair";
import { sampleProcesses } from "../../../support/leaks/sampler";
import { leaksIn, linesOfKey, patternsOf } from "../../../support/leaks/secrets";
import { tlsFile } from "../../../support/tlsFiles";

const password = `it's "an" $(open-sesame) \\ of sudo & more`;
const key = Buffer.alloc(32, 0xfb).toString("base64");
const [line] = linesOfKey(tlsFile("server.key")) as [string];
const planted = { password, key, line };
const base64 = (text: string, kind: BufferEncoding = "base64") => Buffer.from(text).toString(kind);

const ways: Record<string, (value: string) => string> = {
  raw: (value) => `before ${value} after`,
  JSON: (value) => JSON.stringify({ some: ["thing", value] }),
  "JSON in JSON": (value) => JSON.stringify({ plaintext: JSON.stringify({ inside: value }) }),
  "a URL": (value) => `https://198.51.100.1/?a=${encodeURIComponent(value)}&b=c`,
  "a form": (value) => new URLSearchParams({ a: value, b: "c" }).toString(),
  "a shell's word": (value) => `sh -c '${value.replaceAll("'", "'\\''")}'`,
  "base64 of itself": (value) => base64(value),
  "base64 of more, first place": (value) => base64(`abc${value}xyz`),
  "base64 of more, second place": (value) => base64(`a${value}xyz`),
  "base64 of more, third place": (value) => base64(`ab${value}xy`),
  "base64 for URLs": (value) => base64(`user:${value}`, "base64url"),
  "base64 in lines": (value) => base64(`[${value}]`).replaceAll(/.{20}/g, "$&\n"),
  "base64 of JSON's lines": (value) =>
    JSON.stringify(base64(`[${value}]`).replaceAll(/.{20}/g, "$&\n")),
};

test.each(
  Object.entries(ways).flatMap(([way, hide]) =>
    Object.entries(planted).map(([name, value]) => [name, way, hide, value] as const),
  ),
)("the %s is found as %s", (name, _, hide, value) => {
  const found = leaksIn(hide(value), patternsOf([{ name, value }]));
  expect(found[0]?.name).toBe(name);
  expect(JSON.stringify(found)).not.toContain(value);
});

test("what is none is not found", () => {
  const patterns = patternsOf(Object.entries(planted).map(([name, value]) => ({ name, value })));
  const other = Buffer.alloc(32, 0xfc).toString("base64");
  for (const hide of Object.values(ways)) expect(leaksIn(hide(other), patterns)).toEqual([]);
  expect(leaksIn(tlsFile("server.pem"), patterns)).toEqual([]);
});

test("what is too short to be told from other words is refused", () => {
  expect(() => patternsOf([{ name: "pin", value: "1234" }])).toThrow(/pin: too short/);
});

test("of a login key nothing is looked for that its public half has", async () => {
  const folder = mkdtempSync(join(tmpdir(), "leaks-"));
  const publicKey = await ensureKeyPair(join(folder, "id"));
  const lines = linesOfKey(readFileSync(join(folder, "id"), "utf8"));
  rmSync(folder, { recursive: true });
  expect(lines.length).toBeGreaterThan(0);
  const patterns = patternsOf(lines.map((value) => ({ name: "login key", value })));
  expect(leaksIn(publicKey, patterns)).toEqual([]);
});

test("processes are seen by their command lines and environments, also those that live shortly", async () => {
  const sampler = await sampleProcesses(false);
  for (let i = 0; i < 5; i++) {
    const env = { ...process.env, PLANTED: password };
    await once(spawn("sleep", ["0.1", "0.000123"], { env }), "close");
  }
  const { seen } = await sampler.stop();
  const leaks = seen.filter(
    ({ text }) => leaksIn(text, patternsOf([{ name: "p", value: password }])).length > 0,
  );
  expect(leaks).toContainEqual({ kind: "environment", who: "sleep", text: `PLANTED=${password}` });
  expect(seen).toContainEqual({ kind: "command line", who: "sleep", text: "sleep 0.1 0.000123" });
});
