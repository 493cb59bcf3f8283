// Two servers away at once are one too many for three: looked at before any of them goes. Stdin: a line for each
// machine, its name and who it is; behind them `!` where machines are protected against their end, and `*` with a hash over
// what restarts all of them.

import { readFileSync } from "node:fs";

const text = readFileSync(0, "utf8");

/** The first run of the command notes what there is. */
export function note() {
  process.stdout.write(text);
}

/** Any later run compares with what the last one said. */
export function compare() {
  const is = read(text);
  const was = read(process.env.PULUMI_COMMAND_STDOUT || text);
  /** @param {string} name */
  const differs = (name) => was.has(name) && was.get(name) !== is.get(name);
  const replaced = namesIn(is).filter(differs);
  if (replaced.length > 1)
    refuse(
      `one machine is replaced at a time, and this run would replace ${replaced.join(", ")}: change one, run, then change the next`,
    );
  const gone = namesIn(was).filter((name) => !is.has(name));
  if ((was.has("!") || is.has("!")) && replaced.length + gone.length > 0)
    refuse(
      `termination protection is on, and this run would end the machine of ${[...replaced, ...gone].join(", ")}, whose server would have left by the time that AWS refuses: set terminationProtection: false, run, then make this change`,
    );
  if (replaced.length === 1 && namesIn(is).length === 3 && differs("*"))
    refuse(
      `this run would replace ${replaced[0]}, and restart the others while it is away, which leaves no quorum: change the one, run, then change the other`,
    );
  note();
}

/** @param {Map<string, string>} lines */
function namesIn(lines) {
  return [...lines.keys()].filter((name) => name !== "*" && name !== "!");
}

/** @param {string} lines */
function read(lines) {
  return new Map(
    lines
      .trim()
      .split("\n")
      .map((line) => /** @type {[string, string]} */ (line.split(" ", 2))),
  );
}

/** @param {string} why */
function refuse(why) {
  console.error(`${why}; nothing was changed`);
  process.exit(1);
}
