// The end of a long log says where the time went.
//
// Does not prove that vitest's report is complete: hooks are not in it.

import { expect, test } from "vitest";
import { slowestFiles } from "../../../lab/testTimes.mts";

const file = (name: string, seconds: number) => ({
  name: `/clone/test/${name}`,
  startTime: 5000,
  endTime: 5000 + seconds * 1000,
});

test("the slowest files first, and no more than are asked for", () => {
  const files = [
    file("unit/a", 0.2),
    file("e2e/b", 7),
    file("changes/c", 241.4),
    file("e2e/d", 70),
  ];
  expect(slowestFiles(files, "/clone", 2)).toEqual([
    "241 s  test/changes/c, over its budget of 240 s",
    " 70 s  test/e2e/d",
  ]);
});

test("a file that has a budget of its own goes by that", () => {
  expect(slowestFiles([file("e2e/08-x", 300), file("e2e/09-x", 130)], "/clone")).toEqual([
    "300 s  test/e2e/08-x",
    "130 s  test/e2e/09-x, over its budget of 90 s",
  ]);
});

test("nothing where all were quick", () => {
  expect(slowestFiles([file("unit/a", 0.2)], "/clone")).toEqual([]);
});
