import type { Row } from "./measure";

const begun = /\b(creating|updating|replacing|deleting|reading)\b/;
const done = /\b(created|updated|replaced|deleted)\b/;

/**
 * What a run of Pulumi did when, off the lines that it says while it works: from its start to the first resource, then each step of a
 * resource by the end of its name (`activate`), from the first server's begin to the last one's end, and what is left after the last.
 */
export class Phases {
  private readonly start = Date.now();
  private readonly spans = new Map<string, { from: number; to: number }>();

  constructor(private readonly steps: readonly string[]) {}

  /** To be handed to the run as it comes. */
  readonly line = (text: string): void => {
    const step = this.steps.find((name) => new RegExp(`-${name}\\b`).test(text));
    if (!step || !(begun.test(text) || done.test(text))) return;
    const now = Date.now();
    const span = this.spans.get(step);
    if (span) span.to = now;
    else this.spans.set(step, { from: now, to: now });
  };

  /** In seconds; the steps overlap where they do not wait for one another. */
  rows(): Row[] {
    const end = Date.now();
    const spans = [...this.spans.entries()].sort(([, a], [, b]) => a.from - b.from);
    const seconds = (from: number, to: number) => [(to - from) / 1000];
    const first = spans[0]?.[1].from ?? end;
    const last = Math.max(this.start, ...spans.map(([, { to }]) => to));
    return [
      ["  until the first step", seconds(this.start, first)],
      ...spans.map(([name, { from, to }]): Row => [`  ${name}, first to last`, seconds(from, to)]),
      ["  after the last step", seconds(last, end)],
    ];
  }
}

/** The rows of several rounds, as one. */
export function together(rounds: readonly Row[][]): Row[] {
  return (rounds[0] ?? []).map(([name]) => [
    name,
    rounds.flatMap((rows) => rows.find(([other]) => other === name)?.[1] ?? []),
  ]);
}
