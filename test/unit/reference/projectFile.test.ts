// Arguments that Pulumi.yaml lacks are written into it by `npm run generate`.

import { expect, test } from "vitest";
import { parse } from "yaml";
import { withArguments } from "../../../reference/projectFile";

const argsText = `
export interface ConsulClusterArgs extends More {
  /** The first one. @default "a" */
  first?: Input<string>;
  /** Whether. @default true */
  second?: Input<boolean>;
}
interface More {
  /** Texts: some, \`a\` and \`b\`. @default none */
  texts?: Input<Input<string>[]>;
  /** ${"word ".repeat(40)}of it. @default Consul's own */
  words?: Input<string>;
  /** A group. */
  inner?: InnerArgs;
  /** The last one. @default 7 */
  last?: Input<number>;
}`;

const first = `  first:
    # Not a secret.
    type: string
    default: a
    description: The first one, in a stack file's words
`;
const last = "  last:\n    type: number\n    default: 7\n    description: The last one\n";

test("each one behind the one before it, what is there stays", () => {
  const text = withArguments(`name: x\nconfig:\n${first}${last}`, argsText);
  expect(text.startsWith(`name: x\nconfig:\n${first}  second:\n`)).toBe(true);
  expect(text.endsWith(last)).toBe(true);
  expect(Object.entries(parse(text).config).slice(1, -1)).toEqual([
    ["second", { type: "boolean", default: true, description: "Whether" }],
    [
      "texts",
      {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Texts: some, `a` and `b`",
      },
    ],
    ["words", { type: "string", default: "", description: `${"word ".repeat(40)}of it` }],
    ["inner", { type: "object", default: {}, description: "A group" }],
  ]);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(104);
  expect(withArguments(text, argsText)).toBe(text);
});
