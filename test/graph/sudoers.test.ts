// The fragment of sudo's settings: whatever a run calls as root is in it, and nothing else.
//
// Does not prove that sudo reads it as it is read here, but where its own reader, visudo, is at hand. A sudo of 1.9.13 was
// asked by hand: the steps passed, `sh -c`, `sh -s` alone, as-root.sh and bash did not.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { which } from "../../lab/system/which";
import { sudoersFragment } from "../../reference/sudoers";
import { clientsOfCluster } from "./support/clients";
import { clusterOf, existing, textOf } from "./support/clusters";

const fragment = sudoersFragment();
const aliases = Object.fromEntries(
  [...fragment.replaceAll("\\\n", "").matchAll(/^Cmnd_Alias (\w+) = (.*)$/gm)].map(
    ([, name = "", commands = ""]) => [name, commands.split(/, +/)],
  ),
);

/** As sudoers(5) has it: a command alone takes any arguments, `*` stands for any text in them. */
function matches(allowed: string, called: string): boolean {
  const [program, ...words] = allowed.split(" ");
  const [calledProgram, ...calledWords] = called.split(" ");
  if (program !== calledProgram) return false;
  if (words.length === 0) return true;
  const [fixed = "", ...none] = words.join(" ").split("*");
  expect(none).toEqual([""]);
  return calledWords.join(" ").startsWith(fixed);
}

const permits = (alias: string, called: string) =>
  (aliases[alias] ?? []).some((allowed) => matches(allowed, called));

/** What hosts' shells hand to sudo in a run. */
async function calledBySteps(): Promise<string[]> {
  const runs = [await clusterOf({ ...existing(), acl: {} }), await clientsOfCluster()];
  return runs.flatMap(({ commands, get }) =>
    commands
      .map(({ name, inputs }) => ("create" in inputs ? textOf(get(name), "create") : ""))
      .flatMap((text) => /^sudo -n (.*)$/s.exec(text)?.[1] ?? []),
  );
}

/** What departures run there: a script's name is the second word behind `on_host`. */
function calledByDepartures(): string[] {
  const leave = join(__dirname, "../../components/steps/leave");
  return ["depart.sh", "depart-client.sh", "depart-teardown.sh"].flatMap((file) =>
    [...readFileSync(join(leave, file), "utf8").matchAll(/on_host "\$\w+" (\S+\.sh)/g)].map(
      ([, script]) => `/usr/local/lib/consul-cluster/${script} name=consul-1`,
    ),
  );
}

describe("what is called as root", () => {
  test("by a step of a run is permitted", async () => {
    const called = await calledBySteps();
    const scripts = new Set(called.map((text) => text.split(" ")[0]));
    expect([...scripts].sort()).toEqual([
      "/usr/local/lib/consul-cluster/activate-client.sh",
      "/usr/local/lib/consul-cluster/activate.sh",
      "/usr/local/lib/consul-cluster/ready-client.sh",
      "/usr/local/lib/consul-cluster/repair.sh",
      "/usr/local/lib/consul-cluster/stage-config.sh",
      "/usr/local/lib/consul-cluster/stage-secrets.sh",
      "sh",
    ]);
    for (const text of called)
      if (text.startsWith("sh ")) {
        // sudo looks it up on its own path.
        expect(permits("CONSUL_CLUSTER_RELEASE", `/bin/${text}`), text).toBe(true);
        expect(permits("CONSUL_CLUSTER_RELEASE", `/usr/bin/${text}`), text).toBe(true);
      } else expect(permits("CONSUL_CLUSTER", text), text).toBe(true);
  });

  test("by a departure is permitted", () => {
    const called = calledByDepartures();
    expect(called.length).toBeGreaterThan(4);
    for (const text of called) expect(permits("CONSUL_CLUSTER", text), text).toBe(true);
  });
});

test("without the line of the release no shell is permitted, and nothing that runs what it is handed", () => {
  for (const called of ["/bin/sh -s -- a=b", "/bin/sh -c id", "/usr/bin/sudo id"])
    expect(permits("CONSUL_CLUSTER", called), called).toBe(false);
  for (const script of ["as-root.sh", "recover-quorum.sh", "lib.sh"])
    expect(permits("CONSUL_CLUSTER", `/usr/local/lib/consul-cluster/${script} id`)).toBe(false);
});

test("a login user has these rules and no others", () => {
  const rules = fragment.split("\n").filter((line) => /^\S.*=\(/.test(line));
  expect(rules).toEqual([
    "admin ALL=(root) NOPASSWD: CONSUL_CLUSTER",
    "admin ALL=(root) NOPASSWD: CONSUL_CLUSTER_RELEASE",
  ]);
});

test.skipIf(!which("visudo"))("sudo's own reader takes it", () => {
  const { status, stderr } = spawnSync("visudo", ["-c", "-f", "-"], {
    input: fragment,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
