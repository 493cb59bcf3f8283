// Files travel in one text and are taken apart by a shell function; both sides name them by the same hash.
// The shell's half runs here for real.
//
// Does not prove it for every awk: it runs the one of this computer (mawk, gawk and busybox differ little
// here; the lab's machines have mawk).

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planCluster } from "../../../components/cluster/plan";
import { digest, type Files, renderFiles } from "../../../components/render/files";
import { renderSecretFiles, renderServerFiles } from "../../../components/render/server";
import { library, sh, temporaryFolder } from "../support/shell";
import { plainArgs } from "./arbitraries";
import { gossipKey, label, owner } from "./cases";

const header = /^==> [A-Za-z0-9._-]+ <==$/m;

/** The files as `unpack_files` lays them down, and the hash of all of them as `digest` says it. */
function unpacked(files: Files): { found: Files; digest: string } {
  const folder = join(temporaryFolder(), "files");
  const names = Object.keys(files).map((name) => join(folder, name));
  const digest = sh(
    `${library}unpack_files "$1"; shift; digest "$@"`,
    [folder, ...names],
    renderFiles(files),
  );
  const found = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
  return { found: Object.fromEntries(found), digest: digest.trim() };
}

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("==>", " <==", "==> a <", "\\", "\r", "%s"),
      fc.string({ unit: "binary" }),
    ),
  )
  .map((parts) => `${parts.join("")}\n`.replace(/\0/g, ""))
  .filter((content) => !header.test(content));

const anyFiles = fc.dictionary(
  fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/).filter((name) => name !== "__proto__"),
  fc.oneof(text, fc.constant("")),
  { minKeys: 1, maxKeys: 4 },
);

test("whatever text goes in comes out, byte by byte, and has the same digest on both sides", () => {
  fc.assert(
    fc.property(anyFiles, (files) => {
      const { found, digest: theirs } = unpacked(files);
      expect(found).toEqual(files);
      expect(theirs).toBe(digest(...Object.values(files)));
    }),
    { numRuns: 40 },
  );
});

test("what the renderer writes survives the journey", () => {
  fc.assert(
    fc.property(plainArgs, (args) => {
      const plan = planCluster(args);
      for (const files of [
        renderServerFiles(plan, plan.servers[0] as (typeof plan.servers)[0]),
        renderSecretFiles(gossipKey, label, owner),
      ]) {
        const { found, digest: theirs } = unpacked(files);
        expect(found).toEqual(files);
        expect(theirs).toBe(digest(...Object.values(files)));
      }
    }),
    { numRuns: 10 },
  );
});

test("what the renderer writes holds no line that would start another file", () => {
  fc.assert(
    fc.property(plainArgs, (args) => {
      const plan = planCluster(args);
      for (const content of plan.servers.flatMap((server) =>
        Object.values(renderServerFiles(plan, server)),
      )) {
        expect(content).not.toMatch(header);
        // awk ends the last line, whether or not it was ended: a file without would not come out as it was.
        expect(content === "" || content.endsWith("\n"), content).toBe(true);
      }
    }),
  );
});

test("a folder is replaced as a whole, and kept where nothing arrives", () => {
  const folder = join(temporaryFolder(), "files");
  const unpack = `${library}unpack_files "$1"`;
  sh(unpack, [folder], renderFiles({ old: "1\n", both: "1\n" }));
  sh(unpack, [folder], renderFiles({ both: "2\n", new: "2\n" }));
  expect(readdirSync(folder).sort()).toEqual(["both", "new"]);
  expect(() => sh(unpack, [folder], "")).toThrow(/nothing arrived on stdin/);
  expect(readFileSync(join(folder, "both"), "utf8")).toBe("2\n");
});

test("the digest depends on the order, and is over the bytes of UTF-8", () => {
  expect(digest("a", "b")).not.toBe(digest("b", "a"));
  expect(digest("Zoë\n")).toBe(sh(`${library}printf 'Zo\\303\\253\\n' | digest -`).trim());
});
