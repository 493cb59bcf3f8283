import { describe, expect, test } from "vitest";
import { describeProblems } from "../../../components/validate";
import { show } from "../../../components/validate/problem";

describe("the message", () => {
  test("counts the problems and aligns them", () => {
    const message = describeProblems([
      { path: "ports.http", message: "is wrong" },
      { path: "ui", message: "is wrong, too", note: "note" },
      { path: "domain", message: "as well", note: "note" },
    ]);
    expect(message).toBe(
      [
        "The settings have 3 problems; no host was reached, nothing was changed:",
        "  ports.http  is wrong",
        "  ui          is wrong, too",
        "  domain      as well",
        "",
        "note",
      ].join("\n"),
    );
  });

  test("one problem is one, and none is none", () => {
    expect(describeProblems([{ path: "a", message: "b" }])).toMatch(
      /^The settings have a problem;/,
    );
    expect(describeProblems([])).toBe("The settings have no problem.");
  });

  test("values are quoted as JSON, on one line, and cut", () => {
    expect(show('a"\n\u001b[31m')).toBe('"a\\"\\n\\u001b[31m"');
    expect(show("x".repeat(100))).toBe(`"${"x".repeat(59)}...`);
    expect(show(undefined)).toBe("a undefined");
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect([show(circle), show(5n)]).toEqual(["a object", "a bigint"]);
  });
});
