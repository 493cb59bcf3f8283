import { type Problem, problem, show } from "./problem";
import { text } from "./values";

const NANOSECONDS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  // Go takes the micro sign and the Greek letter.
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Go holds a duration in 63 bits of nanoseconds; what is beyond is an error there. */
const LONGEST = 2 ** 63;

/**
 * Nanoseconds of a Go duration (`time.ParseDuration`), rounded to what a double holds; undefined where Go
 * refuses the text.
 */
export function parseDuration(value: string): number | undefined {
  const sign = value.startsWith("-") ? -1 : 1;
  const unsigned = value.replace(/^[+-]/, "");
  if (unsigned === "0") return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const match = PART.exec(unsigned);
    if (match === null) return undefined;
    total += Number(match[1]) * (NANOSECONDS[match[2] as string] as number);
  }
  return unsigned === "" || total >= LONGEST ? undefined : sign * total;
}

function check(value: string, path: string, lowest: "zero" | "more than zero"): Problem[] {
  const duration = parseDuration(value);
  if (duration === undefined) {
    const hint = /^\d+$/.test(value) ? `, with its unit: "${value}s"` : ' such as "15s" or "1h30m"';
    return problem(path, `${show(value)} is not a Go duration; give one${hint}`);
  }
  const fits = lowest === "zero" ? duration >= 0 : duration > 0;
  return fits ? [] : problem(path, `${show(value)} is too short; give ${lowest}, such as "15s"`);
}

const wanted = 'a Go duration such as "15s"';

/** A duration that may be zero. */
export const checkDuration = text((value, path) => check(value, path, "zero"), wanted);

/** A duration that something waits for again and again. */
export const checkInterval = text((value, path) => check(value, path, "more than zero"), wanted);
