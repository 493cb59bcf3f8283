// What a host was found to have applied, out of what its config step printed: it stands in a state, so that whatever it is, it is
// read without an error.
//
// Does not prove what the script prints: test/unit/steps/secrets has that.

import fc from "fast-check";
import { expect, test } from "vitest";
import { appliedIn } from "../../../../components/steps/config/applied";

const told = (line: string) => `consul-cluster: begin\n${line}\nconsul-cluster: end\n`;

test.each([
  ["0123456789ab", told("applied 0123456789ab")],
  ["none", told("applied none")],
  ["0123456789ab", `applied ffffffffffff\nhello\n${told("applied 0123456789ab\r")}bye\n`],
  ["", undefined],
  ["", ""],
  ["", "applied 0123456789ab\n"],
  ["", told("applied")],
  ["", told("applied 0123456789ab more")],
])("%j", (word, stdout) => {
  expect(appliedIn(stdout)).toBe(word);
});

test("nothing is ever thrown, and nothing else is taken for it", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(appliedIn(text)).toBe("");
      expect(appliedIn(told(text))).toMatch(/^([0-9a-f]{12}|none)?$/);
    }),
  );
});
