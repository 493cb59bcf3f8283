// One machine is replaced at a time. The two scripts of the guard run here as the Command plugin runs them.
//
// Does not prove that the plugin hands the old output on: the conformance tests do; nor that every machine
// waits for the guard: order.test.ts does.

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/cluster/args";
import { clusterOf, nspawn, textOf } from "./support/clusters";
import type { Registered } from "./support/recorder";

const one = { name: "m-1", address: "198.18.77.11" };
const two = { name: "m-2", address: "198.18.77.12" };
const three = { name: "m-3", address: "198.18.77.13" };
const more = [
  { name: "m-4", address: "198.18.77.14" },
  { name: "m-5", address: "198.18.77.15" },
];

type Machine = typeof one & { generation?: number };

let guard: Registered;

beforeAll(async () => {
  const machines = [one, { ...two, generation: 7 }, three];
  guard = (await clusterOf(nspawn({ machines }))).get("c-replacements");
});

/** What the guard gets to read: a line for each machine, and one for what restarts them all. */
function identities(machines: Machine[], restart = "e50a920db6c8"): string {
  const lines = machines.map(
    ({ name, address, generation = 1 }) => `${name} ${generation}@${address}\n`,
  );
  return `${lines.join("")}* ${restart}\n`;
}

/** Runs the guard over these machines. `previous`: what it said in the run before. */
function run(
  input: "create" | "update",
  machines: Machine[],
  previous?: string,
  text = identities(machines),
) {
  const [program, ...args] = guard.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  const { status, stdout, stderr } = spawnSync(program, [...args, textOf(guard, input)], {
    input: text,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const before = identities([one, two, three]);

test("it reads who the machines are, and a hash over what restarts them all", async () => {
  const machines = [one, { ...two, generation: 7 }, three];
  const stdin = textOf(guard, "stdin");
  const restart = /^\* ([0-9a-f]{12})$/m.exec(stdin)?.[1];
  expect(stdin).toBe(identities(machines, restart));
  const of = async (more: Partial<ConsulClusterArgs>) =>
    textOf((await clusterOf({ ...nspawn({ machines }), ...more })).get("c-replacements"), "stdin");
  expect(await of({ recursors: ["192.0.2.53"] }), "a reload").toBe(stdin);
  expect(await of({ version: "1.22.1" }), "a release").not.toBe(stdin);
  expect(await of({ performance: { raftMultiplier: 3 } }), "a setting").not.toBe(stdin);
});

test("the first run notes what there is", () => {
  expect(run("create", [one, two, three])).toEqual({ status: 0, stdout: before, stderr: "" });
});

describe("is let through, and noted", () => {
  test.each<[string, Machine[]]>([
    ["nothing new: the first generation, written out", [{ ...one, generation: 1 }, two, three]],
    ["another generation of one", [one, { ...two, generation: 2 }, three]],
    ["both of one", [one, two, { ...three, address: "198.18.77.33", generation: 9 }]],
    ["another order", [three, one, two]],
    ["two more, and one replaced", [...more, one, { ...two, generation: 2 }, three]],
    ["other names", [one, ...more]],
  ])("%s", (_, machines) => {
    const outcome = run("update", machines, before);
    expect(outcome).toEqual({ status: 0, stdout: identities(machines), stderr: "" });
  });

  const again = { ...two, generation: 2 };
  const restarting = (machines: Machine[]) => identities(machines, "765f33fd9740");

  test.each<[string, Machine[], Machine[]]>([
    ["what restarts all of them, while nobody is away", [one, two, three], [one, two, three]],
    ["two more, and what restarts all of them", [one, two, three], [one, two, three, ...more]],
    ["with four others one may be away", [one, two, three, ...more], [one, again, three, ...more]],
    ["a single one has no others", [two], [again]],
  ])("%s", (_, was, is) => {
    const outcome = run("update", is, identities(was), restarting(is));
    expect(outcome).toEqual({ status: 0, stdout: restarting(is), stderr: "" });
  });

  // Noted by an earlier release of this library.
  test("one machine, where what restarts them all was not noted", () => {
    const noted = before.replace(/^\*.*\n/m, "");
    const outcome = run("update", [one, again, three], noted);
    expect(outcome.status).toBe(0);
  });

  // Its words were lost, or are those of a release without it.
  test.each([undefined, ""])("whatever there is, where nothing was noted: %j", (previous) => {
    const outcome = run("update", [one, two, three], previous);
    expect(outcome).toEqual({ status: 0, stdout: before, stderr: "" });
  });
});

describe("is refused, by name, and what was noted stays", () => {
  const again = (machine: Machine) => ({ ...machine, generation: 2 });
  const away = (machine: Machine) => ({ ...machine, address: `${machine.address}1` });

  test.each<[string, Machine[], string]>([
    ["another address of two", [one, away(two), away(three)], "m-2, m-3"],
    ["one and one", [again(one), away(two), three], "m-1, m-2"],
    [
      "two that trade addresses",
      [{ ...one, address: two.address }, { ...two, address: one.address }, three],
      "m-1, m-2",
    ],
    ["all", [again(one), again(two), again(three)], "m-1, m-2, m-3"],
    ["two of those that stay", [again(one), again(two), ...more, three], "m-1, m-2"],
  ])("%s", (_, machines, named) => {
    const { status, stdout, stderr } = run("update", machines, before);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`would replace ${named}:`);
    expect(stderr).toContain("nothing was changed");
  });

  const isProtected = (text: string) => text.replace("* ", "! protected\n* ");

  test.each<[string, Machine[], string, string, string]>([
    ["that is replaced", [one, again(two), three], isProtected(before), "m-2", "!"],
    ["that goes", [one, three], isProtected(before), "m-2", "!"],
    [
      "that is replaced, protection being noted for the first time",
      [again(one), two, three],
      before,
      "m-1",
      "!",
    ],
    [
      "that is replaced, protection being taken off in this very run",
      [again(one), two, three],
      isProtected(before),
      "m-1",
      "",
    ],
  ])("a machine that AWS would not end: one %s", (_, machines, previous, named, now) => {
    const text = now ? isProtected(identities(machines)) : identities(machines);
    const { status, stdout, stderr } = run("update", machines, previous, text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(
      `termination protection is on, and this run would end the machine of ${named},`,
    );
  });

  test("but not where nobody goes, or where protection was taken off in a run before", () => {
    const all = [one, two, three];
    expect(run("update", all, isProtected(before), isProtected(before)).status).toBe(0);
    expect(run("update", all, isProtected(before)).status).toBe(0);
    expect(
      run(
        "update",
        [...all, ...more],
        isProtected(before),
        isProtected(identities([...all, ...more])),
      ).status,
    ).toBe(0);
    expect(run("update", [one, again(two), three], before).status).toBe(0);
  });

  test("one of three, and what restarts the others meanwhile", () => {
    const machines = [one, again(two), three];
    const text = identities(machines, "765f33fd9740");
    const { status, stdout, stderr } = run("update", machines, before, text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("would replace m-2, and restart the others while it is away");
    expect(stderr).toContain("nothing was changed");
  });
});
