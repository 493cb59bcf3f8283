// The recorded answers: whole, the same questions of both releases, and nothing secret among them.
//
// Does not prove that they are of real agents: record.ts makes them, and nobody else shall.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answersFolder, bodyOf, indexOf, releases } from "./answers";
import { gossipKeys, tokens } from "./recording/dummies";

test("each release has all of the answers that its index names, and no others", () => {
  for (const release of releases) {
    const files = readdirSync(join(answersFolder, release)).filter((name) => name !== "index.json");
    const names = Object.keys(indexOf(release)).map((name) => `${name}.json`);
    expect(files.sort()).toEqual(names.sort());
  }
});

test("both releases were asked the same, in the same way", () => {
  const [before, now] = releases.map((release) =>
    Object.entries(indexOf(release)).map(([name, { method, path }]) => [name, method, path]),
  );
  expect(before).toEqual(now);
});

test("an answer that says yes is JSON, but for plain values and for those that say nothing", () => {
  for (const release of releases)
    for (const [name, { code }] of Object.entries(indexOf(release))) {
      if (code !== 200 || /\.kv-(raw|consistent)$/.test(name)) continue;
      const body = bodyOf(release, name);
      if (body !== "") expect(() => JSON.parse(body), `${release} ${name}`).not.toThrow();
    }
});

test("no gossip key and no token but the dummies", () => {
  const dummies: string[] = [...Object.values(gossipKeys), ...Object.values(tokens)];
  for (const release of releases)
    for (const name of Object.keys(indexOf(release))) {
      const body = bodyOf(release, name);
      const keys = body.match(/[A-Za-z0-9+/]{43}=/g) ?? [];
      const accessors = body.match(/"(SecretID|AccessorID|Token)":"[^"]+"/g) ?? [];
      expect([name, keys.filter((key) => !dummies.includes(key)), accessors]).toEqual([
        name,
        [],
        [],
      ]);
    }
});
