// Reads command lines and environments of all processes of this computer, those of its machines too, until its stdin ends;
// then prints each of them once, as JSON.
//
// A process that is new is read again and again, for it may still become another program: at each round while it is very young, then
// less often. Which ones are new is told by the number that the kernel gave last, so that a round is cheap enough to be one of 5 ms;
// all that there are, threads left out, are read once a second. One that lives shorter may be missed.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const round = 5;
/** How often one is read that is not older than so many milliseconds. */
const rhythms = [
  [50, 0],
  [500, 25],
];
const again = 1000;

/** @type {Map<string, {first: number, last: number, who: string, commandLine: string}>} */
const known = new Map();
const seen = new Map();
let newest = 0;
let lastOfAll = Number.NEGATIVE_INFINITY;
let rounds = 0;
let worst = 0;
let last = performance.now();

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    // It has ended in between.
    return "";
  }
}

function note(kind, who, text) {
  if (text !== "") seen.set(`${kind}\0${who}\0${text}`, { kind, who, text });
}

/** Numbers of the processes to look at in this round. */
function present(now) {
  const before = newest;
  newest = Number(readFileSync("/proc/loadavg", "latin1").split(" ").at(-1));
  // They begin anew at some number.
  if (newest < before) known.clear();
  if (now - lastOfAll >= again || newest < before) {
    lastOfAll = now;
    const all = readdirSync("/proc").filter((name) => /^\d/.test(name));
    const alive = new Set(all);
    for (const pid of known.keys()) if (!alive.has(pid)) known.delete(pid);
    return all;
  }
  const fresh = Array.from({ length: newest - before }, (_, i) => String(before + 1 + i));
  const young = [...known].filter(([, { first }]) => now - first <= rhythms.at(-1)[0]);
  return [...young.map(([pid]) => pid), ...fresh];
}

function isDue({ first, last }, now) {
  const [, rhythm] = rhythms.find(([age]) => now - first <= age) ?? [0, again];
  return now - last >= rhythm;
}

function sample() {
  const now = performance.now();
  rounds += 1;
  worst = Math.max(worst, now - last);
  last = now;
  for (const pid of present(now)) {
    if (Number(pid) === process.pid) continue;
    const process_ = known.get(pid) ?? {
      first: now,
      last: Number.NEGATIVE_INFINITY,
      who: "",
      commandLine: "",
    };
    known.set(pid, process_);
    if (!isDue(process_, now)) continue;
    const commandLine = read(pid, "cmdline");
    // A number may have been given a moment before its process is there.
    if (commandLine === "" && !existsSync(`/proc/${pid}`)) {
      if (now - process_.first > 2 * round) known.delete(pid);
      continue;
    }
    process_.last = now;
    // It has another environment only as another program, and that has another command line.
    if (commandLine !== "" && commandLine === process_.commandLine) continue;
    process_.commandLine = commandLine;
    const environment = read(pid, "environ");
    // In the moment in which it becomes another program it has an environment, and no command line yet.
    const words = (commandLine || read(pid, "cmdline")).split("\0");
    const who = (words[0] ?? "").split("/").at(-1) || process_.who;
    process_.who = who;
    note("command line", who, words.join(" ").trim());
    for (const entry of environment.split("\0")) note("environment", who, entry);
  }
}

// On a busy computer a round would wait for those that it is to see.
if (process.getuid() === 0) setPriority(-15);
// Whoever wanted to know may have been ended before the answer.
process.stdout.on("error", () => process.exit());
const timer = setInterval(sample, round);
process.stdin.resume().on("end", () => {
  clearInterval(timer);
  sample();
  const { user, system } = process.cpuUsage();
  const cpu = Math.round((user + system) / 1000);
  process.stdout.write(JSON.stringify({ rounds, worst, cpu, seen: [...seen.values()] }));
});
process.stdout.write("\n");
