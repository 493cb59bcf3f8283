// Every link of the pages for people leads to a file that is there, and to a heading of it. What is packed has no link into what is not.
//
// Does not prove that pages of others are there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(__dirname, "../../..");
const read = (page: string) => readFileSync(join(root, page), "utf8");
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
  "components/README.md",
];

/** Without what stands in blocks of code. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "");
const linksIn = (text: string) =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("%s: every link leads somewhere", (page) => {
  const broken = linksIn(read(page))
    .filter((link) => !/^(https?|mailto):/.test(link))
    .filter((link) => {
      const [file, anchor] = link.split("#") as [string, string?];
      const target = file === "" ? page : normalize(join(dirname(page), file));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test("the page that is packed has no link into this project, which the package has not", () => {
  const own = linksIn(read("components/README.md")).filter((link) => !link.startsWith("https://"));
  expect(own).toEqual([]);
});

/** All of the examples, but for what whoever tries one has put there. */
const examples = readdirSync(join(root, "examples"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\/(node_modules|sdks)(\/|$)/.test(entry.parentPath))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));

test("nobody is sent to a name of a registry that is not ours", () => {
  expect(examples).toContain("examples/languages/python/requirements.txt");
  const sent =
    /\b(npm (install|i|add)|(yarn|pnpm|bun) add|pip3? install|pulumi package add)( -\S+)* consul[-_]cluster\b/;
  const required = /^consul[-_]cluster\b/m;
  for (const page of [...pages, ...examples]) expect(read(page), page).not.toMatch(sent);
  for (const file of examples.filter((name) => name.endsWith("requirements.txt")))
    expect(read(file), file).not.toMatch(required);
});
