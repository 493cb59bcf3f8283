import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { output } from "../../lab/system/command";
import { testMachines } from "../support/machines";
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

/** Command lines that name one of the machines. */
function processesOf(machines: readonly string[]): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((command) => machines.some((name) => command.includes(`-M ${name} `)));
}
