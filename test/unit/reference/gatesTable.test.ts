// The table of gates has the numbers of the scripts, and the settings that take their places have the same defaults.
// That it is up to date: generated.test.ts.

import { join } from "node:path";
import { expect, test } from "vitest";
import { planCluster } from "../../../components/cluster/plan";
import { parseDuration } from "../../../components/validate/duration";
import { constantsIn, withGatesTable } from "../../../reference/gatesTable";

const constants = constantsIn(join(__dirname, "../../../components/host-lib"));
const marks = [
  "<!-- gates: made by `npm run generate` from the constants of components/host-lib -->",
  "<!-- /gates -->",
];

test("a number that is changed in a script is changed in the table", () => {
  const page = (numbers: typeof constants) => withGatesTable(marks.join("\n"), numbers);
  const changed = new Map(constants).set("CANARY_S", { value: 4711, setting: undefined });
  expect(page(constants)).not.toContain("4711 s");
  expect(page(changed)).toContain("| 4711 s");
  expect(page(changed).split("\n").length).toBe(page(constants).split("\n").length);
});

test("a constant that has another name by now is told by its name", () => {
  const without = new Map(constants);
  without.delete("AFTER_S");
  expect(() => withGatesTable(marks.join("\n"), without)).toThrow("no script sets AFTER_S");
});

test("scripts and settings have the same limits", () => {
  const { rollout } = planCluster({});
  const ofScripts = [...constants.values()].flatMap(({ setting, value }) =>
    setting === undefined ? [] : [[setting, value]],
  );
  const seconds = Object.entries(rollout).map(([name, limit]) => [
    name,
    (parseDuration(limit) ?? 0) / 1e9,
  ]);
  expect(Object.fromEntries(ofScripts)).toEqual(Object.fromEntries(seconds));
});
