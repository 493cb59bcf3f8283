import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../../components/validate/duration";
import { problemsOf } from "./support";

const SECOND = 1e9;

describe("Go durations", () => {
  // From the documentation and tests of time.ParseDuration.
  test.each([
    ["0", 0],
    ["5s", 5 * SECOND],
    ["+5s", 5 * SECOND],
    ["-5s", -5 * SECOND],
    ["1h30m", 5400 * SECOND],
    ["250ms", 0.25 * SECOND],
    ["5.s", 5 * SECOND],
    [".5s", 0.5 * SECOND],
    ["10.5s4m", 250.5 * SECOND],
    ["12\u00b5s", 12_000],
    ["12\u03bcs", 12_000],
    ["12us1ns", 12_001],
    ["39h9m14.425s", 140_954.425 * SECOND],
    ["2562047h", 2_562_047 * 3600 * SECOND],
  ])("%j is read", (text, nanoseconds) => {
    expect(parseDuration(text)).toBeCloseTo(nanoseconds, -3);
  });

  test.each(["", "3", "-", "s", ".", "-.", ".s", "+.s", "1d", "1 s", "1s ", "1S", "--1s", "1s-1s"])(
    "%j is refused",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test("what does not fit into 63 bits of nanoseconds is refused", () => {
    expect(parseDuration("2562048h")).toBeUndefined();
    expect(parseDuration(`${"9".repeat(400)}h`)).toBeUndefined();
  });

  test("every sequence of numbers and units is the sum of its parts", () => {
    const units = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
    const part = fc.record({
      count: fc.integer({ min: 0, max: 999 }),
      unit: fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const sum = parts.reduce((total, { count, unit }) => total + count * units[unit], 0);
        expect(parseDuration(parts.map(({ count, unit }) => `${count}${unit}`).join(""))).toBe(sum);
      }),
    );
  });
});

describe("settings that are durations", () => {
  test("a bare number gets its unit in the advice", () => {
    expect(problemsOf({ retryInterval: "10" })).toEqual([
      'retryInterval: "10" is not a Go duration; give one, with its unit: "10s"',
    ]);
    expect(problemsOf({ dnsConfig: { maxStale: 15 } })).toEqual([
      expect.stringContaining("dnsConfig.maxStale: must be a Go duration"),
    ]);
  });

  test("the pause between two tries is more than zero, a stale answer may be that of now", () => {
    expect(problemsOf({ retryInterval: "0s" })).toHaveLength(1);
    expect(problemsOf({ retryInterval: "-1s" })).toHaveLength(1);
    expect(problemsOf({ dnsConfig: { maxStale: "-1s" } })).toHaveLength(1);
    expect(problemsOf({ dnsConfig: { maxStale: "0s" }, retryInterval: "1ms" })).toEqual([]);
  });
});
