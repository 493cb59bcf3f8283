// Which file of tests runs when, where several run beside each other and some of them share a cluster.
//
// Does not prove that budgets are what files take: where they are not, a worker waits.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../../lab/system/project";
import { inOrder, LAB_WORKERS, type LabFile, turnOf } from "../../../lab/testOrder.mts";
import { budgetOf } from "../../../lab/testTimes.mts";

const filesOf = (folder: string): LabFile[] =>
  readdirSync(join(projectFolder, folder)).map((file) => ({
    name: join(folder, file),
    turn: turnOf(readFileSync(join(projectFolder, folder, file), "utf8")),
  }));

/** When the workers are done that take the files in this order, and how long any of them only waits that had other files to take. */
function play(order: readonly LabFile[], workers: number): { end: number; waited: number } {
  const ends = Array.from({ length: workers }, () => 0);
  const turnEnds: Record<string, number> = {};
  let waited = 0;
  for (const [i, { name, turn }] of order.entries()) {
    const free = Math.min(...ends);
    const start = Math.max(free, turnEnds[turn ?? ""] ?? 0);
    if (order.slice(i).some(({ turn }) => turn === undefined)) waited += start - free;
    const end = start + budgetOf(name);
    ends[ends.indexOf(free)] = end;
    if (turn) turnEnds[turn] = end;
  }
  return { end: Math.max(...ends), waited };
}

const changes = [...filesOf("test/changes"), ...filesOf("test/failures")];

test("every file is there once, and those that take turns stand in the order of their names", () => {
  const order = inOrder(changes, LAB_WORKERS.changes);
  expect(new Set(order)).toEqual(new Set(changes));
  expect(order).toHaveLength(changes.length);
  for (const cluster of ["trio", "secondTrio"]) {
    const turns = order.filter(({ turn }) => turn === cluster).map(({ name }) => name);
    expect(turns).toEqual([...turns].sort());
    expect(turns.length).toBeGreaterThan(1);
  }
});

test.each([
  ["the changes and failures", changes, LAB_WORKERS.changes],
  ["the end-to-end tests", filesOf("test/e2e"), LAB_WORKERS.e2e],
])("no worker waits long for a turn in %s, and all end together", (_, files, workers) => {
  const { end, waited } = play(inOrder(files, workers), workers);
  const sum = (some: LabFile[]) => some.reduce((all, { name }) => all + budgetOf(name), 0);
  const chains = ["trio", "secondTrio"].map((name) =>
    sum(files.filter(({ turn }) => turn === name)),
  );
  expect(waited).toBe(0);
  expect(end).toBeLessThan(Math.max(sum(files) / workers, ...chains) + 180);
});

/** Addresses of machines that a file has, its own and those of what it shares; not the computer's own. */
function addressesOf({ name }: LabFile): Set<string> {
  const texts = [readFileSync(join(projectFolder, name), "utf8")];
  for (const shared of ["trio", "secondTrio", "clientHosts"])
    if (texts[0]?.includes(`support/${shared}"`))
      texts.push(readFileSync(join(projectFolder, `test/support/${shared}.ts`), "utf8"));
  const found = texts.flatMap((text) => text.match(/198\.18\.77\.\d+\b/g) ?? []);
  return new Set(found.filter((address) => address !== "198.18.77.1"));
}

// Seen: a cluster that was to be made where client agents of another file were.
test.each([
  ["the changes and failures", changes],
  ["the end-to-end tests", filesOf("test/e2e")],
])("files that may run beside each other in %s have no address in common", (_, files) => {
  const common = files.flatMap((one, i) =>
    files
      .slice(i + 1)
      .filter((other) => one.turn === undefined || one.turn !== other.turn)
      .flatMap((other) =>
        [...addressesOf(one)]
          .filter((address) => addressesOf(other).has(address))
          .map((address) => `${one.name} and ${other.name}: ${address}`),
      ),
  );
  expect(common).toEqual([]);
});
