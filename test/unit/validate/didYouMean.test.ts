import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean, editDistance } from "../../../components/validate/didYouMean";

const known = ["dataDir", "datacenter", "ui", "ports"];

describe("did you mean", () => {
  test.each([
    ["datadir", "dataDir"],
    ["data_dir", "dataDir"],
    ["datacentre", "datacenter"],
    ["port", "ports"],
    ["u", "ui"],
  ])("%s: %s", (key, meant) => {
    expect(didYouMean(key, known)).toBe(`did you mean ${meant}?`);
  });

  test.each(["colour", "x", "datagramSocket"])("%s is near to none", (key) => {
    expect(didYouMean(key, known)).toBe("known here: dataDir, datacenter, ui, ports");
  });
});

describe("the distance of two texts", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["abc", "", 3],
    ["abc", "abc", 0],
    ["ab", "ba", 2],
  ])("%j and %j: %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test("is the same both ways, and no detour is shorter", () => {
    const text = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});
