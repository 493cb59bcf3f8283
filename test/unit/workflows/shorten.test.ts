import fc from "fast-check";
import { expect, test } from "vitest";
import { shorten } from "../../../.github/scripts/shorten.mjs";

const fold = (title: string, length: number) =>
  `<details>\n<summary>${title}</summary>\n\n${"x".repeat(length)}\n\n</details>`;

test("what fits stays as it is", () => {
  const text = `# Plan\n\n${fold("Pulumi: 3 to update", 100)}\n`;
  expect(shorten(text, text.length, "URL")).toBe(text);
});

test("Pulumi's own list goes first, then what else is folded", () => {
  const text = `# Plan\n\n${fold("All settings of c-4", 300)}\n\n${fold("Pulumi: 3 to update", 300)}\n`;
  const short = shorten(text, 500, "URL");
  expect(short).toContain(fold("All settings of c-4", 300));
  expect(short).toContain(
    "*Pulumi: 3 to update: too long for a comment, [the run](URL) has all of it.*",
  );
  expect(shorten(text, 250, "URL")).toBe(
    "# Plan\n\n*All settings of c-4: too long for a comment, [the run](URL) has all of it.*\n\n" +
      "*Pulumi: 3 to update: too long for a comment, [the run](URL) has all of it.*\n",
  );
});

test("a fence that is cut is closed, so that what is said stands outside of it", () => {
  const text = `# Plan\n\n\`\`\`\`diff\n${'-"a": 1\n```\n'.repeat(100)}\`\`\`\`\n`;
  const short = shorten(text, 400, "URL");
  expect(short.length).toBeLessThanOrEqual(400);
  expect(short).toMatch(
    /\n````\n\n\n\*\*This plan is too long for a comment and is cut here: \[the run\]\(URL\) has all of it\.\*\*\n$/,
  );
});

test("whatever the text, the result fits, and says so where something is missing", () => {
  const piece = fc.constantFrom(
    "```diff\n",
    "```\n",
    "- line\n",
    fold("f", 90),
    "````\n",
    "<details>",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.integer({ min: 200, max: 2000 }),
      (parts, limit) => {
        const text = parts.join("");
        const short = shorten(text, limit, "URL");
        expect(short.length).toBeLessThanOrEqual(limit);
        if (text.length <= limit) expect(short).toBe(text);
        else expect(short).toContain("too long for a comment");
      },
    ),
  );
});
