// The plans of real previews, and of some made from them, as files for people to read: `UPDATE_GOLDEN=1 npm run
// test:unit` writes them anew.
//
// Does not prove that the update does what is said: the tests of changes do.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMarkdown, renderTerminal, reviewPreview } from "../../../components/review";
import type { PreviewStep } from "../../../components/review/preview";
import { changed, previews, readPreview } from "./support";

const golden = join(__dirname, "golden");
const updating = process.env.UPDATE_GOLDEN === "1";

function expectFile(name: string, text: string): void {
  const file = join(golden, name);
  if (updating) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : "", name).toBe(text);
}

test.each(previews)("%s", (name) => {
  const review = reviewPreview(readPreview(name));
  expectFile(`${name}.md`, renderMarkdown(review));
  expectFile(`${name}.txt`, renderTerminal(review, false));
});

test("docs/previews.md shows them as they are", () => {
  const file = join(__dirname, "../../../docs/previews.md");
  const page = readFileSync(file, "utf8");
  const current = page.replace(
    /(<!-- plan: (\S+) -->\n).*?(?=<!-- end -->)/gs,
    (_, start: string, name: string) =>
      `${start}\n${renderMarkdown(reviewPreview(readPreview(name)))}\n`,
  );
  if (updating) writeFileSync(file, current);
  expect(page).toBe(current);
});

test("there is no plan without a preview", () => {
  const names = readdirSync(golden).map((file) => file.replace(/\.(md|txt)$/, ""));
  expect([...new Set(names)].sort()).toEqual([...previews].sort());
});

describe("the same preview gives the same plan", () => {
  test.each(previews)("%s, in whatever order the engine came upon its resources", (name) => {
    const plan = renderMarkdown(reviewPreview(readPreview(name)));
    const { steps } = JSON.parse(readPreview(name)) as { steps: PreviewStep[] };
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        expect(renderMarkdown(reviewPreview(changed(name, () => shuffled)))).toBe(plan);
      }),
      { numRuns: 10 },
    );
  });

  // Whoever calls the CLI without --show-sames.
  test.each(["setting", "version", "rotation", "reload", "scale-up", "create"])(
    "%s, where what stays the same is not in it",
    (name) => {
      const short = changed(name, (steps) => steps.filter(({ op }) => op !== "same"));
      expect(renderMarkdown(reviewPreview(short))).toBe(
        renderMarkdown(reviewPreview(readPreview(name))),
      );
    },
  );
});

test.each(previews)("%s: a terminal with colours shows the same words", (name) => {
  const review = reviewPreview(readPreview(name));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of.
  const plain = renderTerminal(review, true).replace(/\u001b\[\d+m/g, "");
  expect(plain).toBe(renderTerminal(review, false));
});
