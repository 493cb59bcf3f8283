import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Answers } from "../../support/curl/fakeConsul";

/** Where the answers of real agents lie, a folder for a release: `record.ts` makes them. */
export const answersFolder = join(__dirname, "answers");

/** The releases that were recorded: what a cluster may be upgraded from, and what it is upgraded to. */
export const releases = ["1.19.2", "1.22.0"] as const;
export type Release = (typeof releases)[number];

/** An answer as the index knows it; its body is the file `NAME.json`, JSON or not. */
export interface Entry {
  method: string;
  path: string;
  code: number;
  /** The address of the agent that gave it. */
  agent: string;
  /** How long it took, where that was a second and more. */
  seconds?: number;
}

const indexes = new Map<Release, Record<string, Entry>>();

export function indexOf(release: Release): Record<string, Entry> {
  const known = indexes.get(release);
  if (known) return known;
  const text = readFileSync(join(answersFolder, release, "index.json"), "utf8");
  const index = JSON.parse(text) as Record<string, Entry>;
  indexes.set(release, index);
  return index;
}

/** The body of an answer, byte by byte. */
export function bodyOf(release: Release, name: string): string {
  return readFileSync(join(answersFolder, release, `${name}.json`), "utf8");
}

/** One answer, for a fake agent. */
export function recorded(release: Release, name: string): Answer {
  const entry = indexOf(release)[name];
  if (!entry) throw new Error(`no answer was recorded as ${name}: test/unit/host-lib/record.ts`);
  const { code, seconds } = entry;
  return { file: join(answersFolder, release, `${name}.json`), code, seconds };
}

/** All answers of a situation, for a fake agent: those of `leader` are what a leader says. */
export function agent(release: Release, situation: string, more: Answers = {}): Answers {
  const names = Object.keys(indexOf(release)).filter((name) => name.startsWith(`${situation}.`));
  if (names.length === 0) throw new Error(`no situation was recorded as ${situation}`);
  const answers = names.map((name) => {
    const { method, path } = indexOf(release)[name] as Entry;
    return [`${method} ${path}`, recorded(release, name)] as const;
  });
  return { ...Object.fromEntries(answers), ...more };
}
