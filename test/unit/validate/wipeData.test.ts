import { describe, expect, test } from "vitest";
import {
  type Anything,
  awsArgs,
  existingArgs,
  existingServer,
  nspawnArgs,
  problems,
} from "./support";

/** The second server with this mark, of every source. */
function marked(wipeData: unknown): [path: string, args: Anything][] {
  const machines = nspawnArgs();
  machines.nspawn.machines[1].wipeData = wipeData;
  const hosts = existingArgs();
  hosts.existing.servers[1] = existingServer(2, { wipeData });
  const instances = awsArgs();
  instances.aws.servers[1].wipeData = wipeData;
  return [
    ["nspawn.machines[1].wipeData", machines],
    ["existing.servers[1].wipeData", hosts],
    ["aws.servers[1].wipeData", instances],
  ];
}

describe("the mark to wipe a server's data", () => {
  test.each([
    undefined,
    "1",
    "2026-11-22",
    "2026-11-22T10:30:00+01:00",
    "ticket-17",
    "once_more.b",
    "x".repeat(40),
  ])("%j is accepted", (wipeData) => {
    for (const [, args] of marked(wipeData)) expect(problems(args)).toEqual([]);
  });

  // It becomes a line among others, and a word of a command.
  test.each([
    ["", "is no mark"],
    [" ", "is no mark"],
    ["today ", "is no mark"],
    ["two words", "is no mark"],
    ["a\nrelease 1.0.0", "is no mark"],
    ["today\n", "is no mark"],
    ["'; reboot", "is no mark"],
    ["$(reboot)", "is no mark"],
    ["x".repeat(41), "give up to 40"],
    [true, "must be a string, not a boolean"],
    [1, "must be a string, not a number"],
    [null, "must be a string, not null"],
    [["a"], "must be a string, not a list"],
  ])("%j is refused", (wipeData, reason) => {
    for (const [path, args] of marked(wipeData)) {
      const [found = "", ...others] = problems(args);
      expect(others).toEqual([]);
      expect(found.startsWith(`${path}: `)).toBe(true);
      expect(found).toContain(reason);
    }
  });

  test("is a server's own: for all of them at once there is none", () => {
    for (const server of [0, 1, 2]) {
      const args = nspawnArgs();
      args.nspawn.machines[server].wipeData = "not one";
      expect(problems(args)).toEqual([
        expect.stringContaining(`nspawn.machines[${server}].wipeData: `),
      ]);
    }
  });
});
