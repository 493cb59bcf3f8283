// Every link of the pages for people leads to a file that is there, and to a heading of it. What is packed has no link into what is not.
//
// Does not prove that pages of others are there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
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

test("nobody is sent to a name of a registry that is not ours", () => {
  const examples = ["load-balancer", "clients", "application"].map((name) =>
    read(`examples/${name}/index.ts`),
  );
  for (const text of [...pages.map(read), ...examples])
    expect(text).not.toMatch(/npm (install|i|add) consul-cluster\b/);
});
