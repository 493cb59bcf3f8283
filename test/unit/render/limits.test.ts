// The limits of a change: said in the settings, kept by the scripts on a host.
//
// Does not prove that somebody waits for so long: the scripts' own tests have that, with these names.

import { expect, test } from "vitest";
import { rollout } from "../../../components/settings/rollout";
import { parseDuration } from "../../../components/validate/duration";
import { Host } from "../support/host";

const limits = {
  healthTimeout: "BEFORE_S",
  snapshotTimeout: "SNAPSHOT_S",
  transferTimeout: "HANDOVER_S",
  recoveryTimeout: "AFTER_S",
} as const;

const names = Object.keys(limits) as (keyof typeof limits)[];

function keptWith(said: Partial<Record<keyof typeof limits, string>>) {
  const host = new Host();
  host.stage(host.render({ rollout: said }));
  const all = names.map((name) => `$${limits[name]}`).join(" ");
  return host.says("library", `echo "${all}"`).split(" ").map(Number);
}

test("where nothing is said the scripts have the defaults that the settings promise", () => {
  const promised = names.map(
    (name) => (parseDuration(rollout.rollout.group[name].default as string) ?? 0) / 1e9,
  );
  expect(keptWith({})).toEqual(promised);
});

test("what is said is kept by the next change", () => {
  const said = {
    healthTimeout: "45s",
    snapshotTimeout: "5m",
    transferTimeout: "1m",
    recoveryTimeout: "1h",
  };
  expect(keptWith(said)).toEqual([45, 300, 60, 3600]);
  expect(keptWith({ recoveryTimeout: "10m" })[3]).toBe(600);
});
