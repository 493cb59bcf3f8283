import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemsOf } from "./support";

const bytes = fc.uint8Array({ maxLength: 48 }).map((array) => Buffer.from(array));

describe("the gossip key", () => {
  test("any bytes in base64 are accepted if there are 16, 24 or 32 of them, and only then", () => {
    fc.assert(
      fc.property(bytes, (key) => {
        const accepted = problemsOf({ gossipKey: key.toString("base64") }).length === 0;
        expect(accepted).toBe([16, 24, 32].includes(key.length));
      }),
      { examples: [[Buffer.alloc(16, 255)], [Buffer.alloc(24)], [Buffer.alloc(32, 251)]] },
    );
  });

  test("other forms of the same bytes are refused, which Node would take and Consul would not", () => {
    const key = Buffer.alloc(32, 251).toString("base64");
    for (const gossipKey of [
      key.replace(/=+$/, ""),
      Buffer.alloc(32, 251).toString("base64url"),
      ` ${key}`,
      `${key}\n`,
      `${key}=`,
      key.replace("+", "!"),
      Buffer.alloc(32, 251).toString("hex"),
    ]) {
      expect(problemsOf({ gossipKey }), gossipKey).toEqual([
        expect.stringContaining("gossipKey: "),
      ]);
    }
  });

  test("a key of a wrong type or size is not shown", () => {
    expect(problemsOf({ gossipKey: "" })).toEqual([expect.stringContaining("gossipKey: is empty")]);
    expect(problemsOf({ gossipKey: 123456 })).toEqual([
      "gossipKey: must be the key in base64, not a number",
    ]);
    expect(problemsOf({ gossipKey: "c2VjcmV0" })).toEqual([
      "gossipKey: has 6 bytes, Consul takes 16, 24 or 32; `consul keygen` makes a good one",
    ]);
  });
});
