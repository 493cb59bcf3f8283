// Many client agents: what the state holds and the edges that the engine writes down grow with them, and not with their
// square; so many change at a time; whoever comes or goes is no matter of the others'.
//
// Does not prove how long a run with so many takes, nor that an agent that is side by side with others comes up.

import { describe, expect, test } from "vitest";
import { clientsAlone, type Program } from "./support/clients";
import { servers, textOf } from "./support/clusters";
import { reveal } from "./support/values";

const [login] = servers(1);

function hosts(names: string[]) {
  return names.map((name, i) => ({
    ...(login as NonNullable<typeof login>),
    name,
    address: `10.1.${Math.floor(i / 200)}.${1 + (i % 200)}`,
  }));
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `web-${i + 1}`);

function agents(count: number, more: object = {}): Promise<Program> {
  return clientsAlone({ existing: { hosts: hosts(names(count)) }, ...more });
}

/** As a state has them: inputs, and edges by the whole name of what is at their end. */
function sizes({ commands }: Program) {
  return {
    edges: commands.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    bytes: commands.reduce((sum, { inputs }) => sum + JSON.stringify(reveal(inputs)).length, 0),
  };
}

describe("four times as many", async () => {
  const [few, many] = [await agents(50), await agents(200)];

  test("are four times the edges and four times the bytes", () => {
    expect([few.errors, many.errors]).toEqual([[], []]);
    const [before, after] = [sizes(few), sizes(many)];
    for (const of of ["edges", "bytes"] as const) {
      expect(after[of] / before[of], of).toBeGreaterThan(3.5);
      expect(after[of] / before[of], of).toBeLessThan(4.2);
    }
    expect(after.edges / 200).toBeLessThan(20);
  });

  test("a departure knows its own host and two others", () => {
    const asked = new Map<string, number>();
    for (const name of names(200)) {
      const departure = many.get(`w-${name}-departure`);
      const known = [...textOf(departure, "stdin").matchAll(/^Host (web-\d+)$/gm)].map(
        ([, host]) => host as string,
      );
      const [, others] = / neighbours=(\S+)/.exec(textOf(departure, "delete")) ?? [];
      expect(known).toHaveLength(3);
      expect(known.filter((host) => host !== name)).toEqual(others?.split(","));
      for (const other of others?.split(",") ?? []) asked.set(other, (asked.get(other) ?? 0) + 1);
    }
    // Nobody is everybody's.
    expect([...asked.values()].every((count) => count === 2)).toBe(true);
  });
});

/** How many are behind one another, the longest way. */
function depth(program: Program, names: string[]): number {
  const depths = new Map<string, number>();
  for (const name of names) {
    const before = program
      .get(`w-${name}-activate`)
      .dependencies.flatMap((other) => depths.get(other) ?? []);
    depths.set(`w-${name}-activate`, 1 + Math.max(0, ...before));
  }
  return Math.max(...depths.values());
}

describe("of twelve", async () => {
  const twelve = names(12);
  const predecessor = (program: Program, name: string) =>
    program.get(`w-${name}-activate`).dependencies.filter((other) => other.endsWith("-activate"));

  test("the first one changes alone, and then five at a time", async () => {
    const program = await agents(12);
    const before = twelve.map((name) => predecessor(program, name));
    const place = (number: number) => [`w-web-${number}-activate`];
    expect(before).toEqual([[], ...[1, 1, 1, 1, 1].map(place), ...[2, 3, 4, 5, 6, 7].map(place)]);
    expect(depth(program, twelve)).toBe(4);
    for (const name of twelve)
      expect(program.get(`w-${name}-activate`).dependencies).toContain("w-barrier");
  });

  test.each([
    [1, 12],
    [3, 5],
    [100, 2],
  ])("`concurrency` %i makes the longest way one of %i", async (concurrency, longest) => {
    expect(depth(await agents(12, { concurrency }), twelve)).toBe(longest);
  });

  test("one that is taken out, and one that comes, touch the departures of two others and nothing else", async () => {
    const all = hosts(twelve);
    const of = (some: typeof all) => clientsAlone({ existing: { hosts: some } });
    const program = await of(all);
    for (const gone of ["web-1", "web-6", "web-12"]) {
      const without = await of(all.filter(({ name }) => name !== gone));
      const changed = without.commands
        .filter(
          ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(program.get(name).inputs),
        )
        .map(({ name }) => name.replace(/^w-web-\d+-/, ""));
      const departures = changed.filter((step) => step === "departure");
      expect(departures).toHaveLength(2);
      // The last look, which names all of them, from the host of the first.
      const others = changed.filter((step) => step !== "departure");
      expect(["w-ready", "w-reach"]).toEqual(expect.arrayContaining(others));
    }
    const turned = await of([...all].reverse());
    const moved = turned.commands.filter(
      ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(program.get(name).inputs),
    );
    expect(moved.map(({ name }) => name).filter((name) => /activate|config/.test(name))).toEqual(
      [],
    );
  });

  test.each([0, 1.5, -1])("`concurrency` %d is refused", async (concurrency) => {
    const { errors } = await agents(2, { concurrency });
    expect(errors[0]?.message).toContain("is no whole number from 1 on");
  });
});
