// How a server leaves: the commands of the departures, run here as the Command plugin runs them. In OpenSSH's
// place stands a program that answers as the test wants it, on hosts that are folders.
//
// Does not prove what the scripts on the hosts do, nor that OpenSSH reaches anybody: machines in the lab do.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readScript } from "../../components/steps/scripts";
import { which } from "../../lab/system/which";
import { temporaryFolder } from "../unit/support/shell";
import { type Cluster, clusterOf, existing, madeOwner, names, nspawn } from "./support/clusters";
import { away, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;
let machines: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
  machines = await clusterOf(nspawn());
});

/** Who was told what, without the settings. */
function steps({ told }: Outcome): string[] {
  return told.map(({ host, script }) => `${host} ${script}`);
}

describe.each([
  ["hosts", () => hosts],
  ["machines", () => machines],
])("as long as a server stays, nothing happens: %s", (_, cluster) => {
  test.each([...names(3).map((name) => `c-${name}-departure`), "c-farewell"])("%s", (name) => {
    const outcome = new Computer(cluster()).run(name, "create");
    expect(outcome).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
      told: [],
      access: [],
      left: false,
    });
  });
});

describe("a server leaves", () => {
  test("a host that stays: it leaves, it is removed, a neighbour makes the others forget it", () => {
    const outcome = new Computer(hosts).run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const owner = madeOwner;
    expect(outcome.told).toEqual([
      { host: "consul-2", script: "leave.sh", settings: { name: "consul-2", owner, whole: "no" } },
      {
        host: "consul-2",
        script: "remove.sh",
        settings: { name: "consul-2", owner, address: "10.0.0.12", removeData: "no" },
      },
      {
        host: "consul-1",
        script: "force-remove.sh",
        settings: {
          name: "consul-1",
          owner,
          server: "consul-2",
          address: "10.0.0.12",
          datacenter: "dc1",
          dead: "no",
        },
      },
    ]);
  });

  describe("what a host's login shell gets is three words that any of them reads", () => {
    const leaving = (shell: string) =>
      steps(new Computer(hosts).withLoginShell(shell).run("c-consul-2-departure", "delete"));

    test("it has nothing in it that shells differ in", () => {
      const strict = join(temporaryFolder(), "strict");
      const body = `case $2 in *'!'* | *'\n'*) exit 64 ;; "exec sh -c '"*"'") exec sh -c "$2" ;; esac\nexit 64\n`;
      writeFileSync(strict, `#!/bin/sh\n${body}`, { mode: 0o755 });
      expect(leaving(strict)).toEqual(leaving("sh"));
      expect(leaving("sh").length).toBeGreaterThan(2);
    });

    for (const name of ["bash", "tcsh", "fish"]) {
      const shell = which(name);
      test.runIf(shell)(name, () => expect(leaving(shell as string)).toEqual(leaving("sh")));
    }
  });

  test("each script takes what it is told", () => {
    const { told } = new Computer(hosts).run("c-consul-2-departure", "delete");
    for (const { script, settings } of told) {
      const taken = /^\s*take "([^"]+)" "\$@"$/m.exec(readScript(script))?.[1]?.split(" ");
      // The teardown is said on its own; the others are words of 0.1.0, whose departures stand in saved states.
      const alone = ["teardown", "farewell", "api", "dataDir", "configDir"];
      const now = taken?.filter((key) => !alone.includes(key));
      expect(Object.keys(settings).sort(), script).toEqual(now?.sort());
    }
  });

  test("a machine: nothing is removed from what is removed itself", () => {
    const outcome = new Computer(machines).run("c-consul-3-departure", "delete");
    expect(outcome.status).toBe(0);
    expect(steps(outcome)).toEqual(["consul-3 leave.sh", "consul-1 force-remove.sh"]);
  });

  test("the settings that it was made with go along", async () => {
    const cluster = await clusterOf({
      ...existing(),
      datacenter: "north",
      dataDir: "/srv/d@ta+1",
      configDir: "/srv/config",
      ports: { http: 8500 },
      removeData: true,
    });
    const { told } = new Computer(cluster).run("c-consul-1-departure", "delete");
    expect(told.map(({ settings }) => settings)).toMatchObject([
      { whole: "no" },
      { address: "10.0.0.11", removeData: "yes" },
      { datacenter: "north", server: "consul-1", address: "10.0.0.11" },
    ]);
    // A host knows its folders and ports itself: what runs there, and not what was wanted last.
    for (const { settings } of told) {
      const words = Object.values(settings).join(" ");
      expect(words).not.toMatch(/d@ta|config|8500/);
    }
  });

  test("the only server has no neighbour to ask", async () => {
    const computer = new Computer(await clusterOf(existing(1)));
    const gone = computer.run("c-consul-1-departure", "delete");
    expect(gone.status).toBe(0);
    expect(steps(gone)).toEqual(["consul-1 leave.sh", "consul-1 remove.sh"]);
    expect(computer.run("c-consul-1-departure", "delete", { "consul-1": away }).status).toBe(0);
  });

  test.each(["leave.sh", "remove.sh"])("where its %s fails, it fails, and stays", (script) => {
    const answers = { [`consul-2 ${script}`]: 1 };
    const outcome = new Computer(hosts).run("c-consul-2-departure", "delete", answers);
    expect(outcome.status).toBe(1);
    expect(steps(outcome).at(-1)).toBe(`consul-2 ${script}`);
  });
});

describe("a neighbour", () => {
  const departure = "c-consul-2-departure";

  test.each([
    ["does not answer", { "consul-1": away }, ["consul-3 force-remove.sh"]],
    [
      "knows no leader",
      { "consul-1 force-remove.sh": 3 },
      ["consul-1 force-remove.sh", "consul-3 force-remove.sh"],
    ],
  ])("that %s: the next one is asked", (_, answers, asked) => {
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    expect(steps(outcome).slice(2)).toEqual(asked);
  });

  test("that refuses is not overruled by the next one", () => {
    const answers = { "consul-1 force-remove.sh": 1 };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(1);
    expect(steps(outcome).at(-1)).toBe("consul-1 force-remove.sh");
  });

  test("is there none to be asked, a server that has left itself has left, and that is said", () => {
    const answers = { "consul-1": away, "consul-3 force-remove.sh": 3 };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    const words = "consul-2: no neighbour could be asked to forget this server";
    expect(outcome.stderr).toBe(`${away}\n${words}\n`);
  });

  test("tells whether the server is taken for dead: it does not answer, so nothing is done on it", () => {
    const outcome = new Computer(hosts).run(departure, "delete", { "consul-2": away });
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toContain(
      "consul-2: does not answer SSH at 10.0.0.12; its neighbours are asked to forget it\n",
    );
    expect(steps(outcome)).toEqual(["consul-1 force-remove.sh"]);
    expect(outcome.told[0]?.settings.dead).toBe("yes");
  });

  test("is needed for a server that is dead: without one the departure fails", () => {
    const answers = { "consul-1": away, "consul-2": away, "consul-3": away };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("none of its neighbours answers SSH and knows a leader");
    expect(outcome.stderr).toContain("pulumi destroy");
    expect(outcome.left).toBe(false);
  });
});
