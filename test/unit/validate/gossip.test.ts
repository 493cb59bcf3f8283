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

describe("the rotation of a key that the component makes", () => {
  test.each([1, 2, 365])("%j is accepted", (rotation) => {
    expect(problemsOf({ gossip: { rotation } })).toEqual([]);
  });

  test("none at all is accepted, also beside a key that is handed in", () => {
    const gossipKey = Buffer.alloc(32).toString("base64");
    for (const settings of [{ gossip: {} }, { gossipKey }, { gossipKey, gossip: {} }]) {
      expect(problemsOf(settings)).toEqual([]);
    }
  });

  test.each([
    [0, "0 is not a whole number from 1"],
    [-1, "-1 is not a whole number from 1"],
    [1.5, "1.5 is not a whole number from 1"],
    [Number.NaN, "is not a whole number from 1"],
    [2 ** 53, "is not a whole number from 1"],
    ["2", "must be a number, not a string"],
    [null, "must be a number, not null"],
  ])("%j is refused", (rotation, reason) => {
    expect(problemsOf({ gossip: { rotation } })).toEqual([
      expect.stringMatching(/^gossip\.rotation: /),
    ]);
    expect(problemsOf({ gossip: { rotation } })[0]).toContain(reason);
  });

  test("is refused beside a key that is handed in: another one is handed in to rotate that", () => {
    for (const gossipKey of [Buffer.alloc(32).toString("base64"), "hunter2"]) {
      const found = problemsOf({ gossipKey, gossip: { rotation: 2 } });
      expect(found).toContainEqual(
        expect.stringMatching(/^gossip\.rotation: .*hand in another gossipKey to rotate/),
      );
      expect(found.join()).not.toContain(gossipKey);
    }
  });
});
