// Reads command lines and environments of all processes of this computer, those of its machines too, until its stdin ends;
// then prints each of them once, as JSON.
//
// A process that is new is read at each round, for it may still become another program; the others once a second, so that a round
// is cheap enough to be one of 5 ms. One that lives shorter may be missed.

import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const round = 5;
const young = 500;
const again = 1000;

/** @type {Map<string, {first: number, last: number, who: string}>} */
let known = new Map();
const seen = new Map();
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

function sample() {
  const now = performance.now();
  rounds += 1;
  worst = Math.max(worst, now - last);
  last = now;
  const present = new Map();
  for (const pid of readdirSync("/proc")) {
    if (!/^\d/.test(pid) || Number(pid) === process.pid) continue;
    const process_ = known.get(pid) ?? { first: now, last: 0, who: "" };
    present.set(pid, process_);
    if (now - process_.first > young && now - process_.last < again) continue;
    process_.last = now;
    const commandLine = read(pid, "cmdline");
    const environment = read(pid, "environ");
    // In the moment in which it becomes another program it has an environment, and no command line yet.
    const words = (commandLine || read(pid, "cmdline")).split("\0");
    const who = (words[0] ?? "").split("/").at(-1) || process_.who;
    process_.who = who;
    note("command line", who, words.join(" ").trim());
    for (const entry of environment.split("\0")) note("environment", who, entry);
  }
  known = present;
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
