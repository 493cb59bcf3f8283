// A source of hosts is named in its own folder and in components/hosts/sources.ts: what stands elsewhere has to be found again
// by whoever adds one.
//
// Does not prove that a source works without a name elsewhere: test/graph/sources.test.ts adds one.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import sources from "../../../components/hosts/sources";

const root = join(__dirname, "../../..");
const keys = sources.map(({ key }) => key);

/** Lines that name a source, or a word that is one's, by their files: and why. */
const allowed: Record<string, RegExp> = {
  // The engine's name of a kind of resource, in previews.
  "components/review/warnings.ts": /aws:ebs\/volume:Volume::/,
  // An example of a stack file, with the region of Pulumi's AWS provider.
  "reference/configurationPage.ts": /aws:region|consul-cluster:aws:|existing\.servers\[0\]/,
};

const files = ["components", "stack", "reference"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
      (file) => `${folder}/${file}`,
    ),
  )
  .concat("index.ts")
  .filter((file) => /\.(ts|mjs|sh)$/.test(file) && !file.includes("node_modules"))
  .filter((file) => !isOfSource(file));

function isOfSource(file: string): boolean {
  const room = "components/hosts/";
  return file === `${room}sources.ts` || keys.some((key) => file.startsWith(`${room}${key}/`));
}

/** Lines that name a source, without what is said to people who read the file. */
function naming(file: string, text: string): string[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(file.endsWith(".sh") ? /(^|\s)#.*/gm : /(^|\s)\/\/.*/gm, "");
  const word = new RegExp(`\\b(${keys.join("|")})\\b`);
  return code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => word.test(line));
}

test("every source has a folder that is called as its argument, and declares it there", () => {
  for (const key of keys) {
    const args = readFileSync(join(root, "components/hosts", key, "args.ts"), "utf8");
    expect(args).toMatch(new RegExp(`^ {2}${key}\\?: `, "m"));
    expect(existsSync(join(root, "components/hosts", key, "index.ts"))).toBe(true);
  }
});

describe("no other file names a source", () => {
  test("there are files to look at", () => expect(files.length).toBeGreaterThan(150));

  test("in code", () => {
    const found = files.flatMap((file) =>
      naming(file, readFileSync(join(root, file), "utf8"))
        .filter((line) => !allowed[file]?.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test.each(Object.entries(allowed))("%s still has the lines that it is allowed", (file, lines) => {
    const found = naming(file, readFileSync(join(root, file), "utf8"));
    expect(found.some((line) => lines.test(line))).toBe(true);
  });

  test.each([
    ["a.ts", "if (args.nspawn) return;"],
    ["a.ts", 'const list = ["existing"]; // not this'],
    ["a.sh", 'case $source in aws) echo "x" ;; esac'],
  ])("is found: %s %s", (file, text) => expect(naming(file, text)).toHaveLength(1));

  test.each([
    ["a.ts", "/** Hosts of nspawn,\n * existing ones. */\nconst x = 1; // of aws"],
    ["a.sh", "# the existing ones\nx=1 # of aws"],
  ])("is no name: %s %s", (file, text) => expect(naming(file, text)).toEqual([]));
});
