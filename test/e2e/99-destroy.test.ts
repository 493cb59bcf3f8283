import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineNames } from "../../lab/machines/machines";
import { labRange } from "../../lab/network/range";
import { output, run } from "../../lab/system/command";
import { testMachines } from "../support/machines";
import { commandLines } from "../support/processes";
import { names, trio, trioIsUp } from "../support/trio";

// The end of the cluster that the other files share. What destroy does on hosts that stay is tested there.

test("destroy leaves nothing behind", async () => {
  await trioIsUp();
  expect(processesOf(names)).not.toEqual([]);
  await trio.destroy();
  expect(processesOf(names), "processes").toEqual([]);
  for (const name of names) {
    expect(await output(["ip", "link", "show", `vb-${name}`]), "network interface").toBeUndefined();
    for (const group of ["systemd", "unified", "memory", ""]) {
      expect(
        existsSync(join("/sys/fs/cgroup", group, "consul-cluster", name)),
        "control group",
      ).toBe(false);
    }
  }
  expect(existsSync(testMachines), "folders").toBe(false);
  expect(readFileSync("/proc/self/mounts", "utf8"), "mounts").not.toContain(testMachines);
});

test("with the last machine the bridge and its route are gone, and the range is out of reach", async () => {
  if (existsSync("/sys/class/net/ccbr0")) {
    // Somebody's dev stack is on it.
    expect(machineNames()).not.toEqual([]);
    return;
  }
  expect(await output(["ip", "route", "show", "table", "all"])).not.toContain(
    labRange.split("/")[0],
  );
  const route = await run(["ip", "route", "get", "198.18.77.21"]);
  expect(route.code, "unreachable, whatever default route this computer has").not.toBe(0);
});

/** Command lines of the machines themselves. */
function processesOf(machines: readonly string[]): string[] {
  return commandLines().filter((line) => machines.some((name) => line.includes(`-M ${name} `)));
}
