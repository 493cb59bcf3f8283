// How a server leaves: the commands of the departures, run here as the Command plugin runs them. In OpenSSH's
// place stands a program that answers as the test wants it, on hosts that are folders.
//
// Does not prove what the scripts on the hosts do, nor that OpenSSH reaches anybody: machines in the lab do.

import { beforeAll, describe, expect, test } from "vitest";
import { readScript } from "../../components/remote/scripts";
import { type Cluster, clusterOf, existing, names, nspawn } from "./support/clusters";
import { Computer, type Outcome } from "./support/departing";

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
    expect(outcome).toEqual({ status: 0, stderr: "", told: [], access: [], left: false });
  });
});

describe("a server leaves", () => {
  test("a host that stays: it leaves, it is removed, a neighbour makes the others forget it", () => {
    const outcome = new Computer(hosts).run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const api = "http://127.0.0.1:80";
    const folders = { configDir: "/etc/consul.d/server" };
    expect(outcome.told).toEqual([
      {
        host: "consul-2",
        script: "leave.sh",
        settings: { name: "consul-2", api, ...folders, whole: "no" },
      },
      {
        host: "consul-2",
        script: "remove.sh",
        settings: {
          name: "consul-2",
          address: "10.0.0.12",
          dataDir: "/var/consul",
          ...folders,
          removeData: "no",
        },
      },
      {
        host: "consul-1",
        script: "forget.sh",
        settings: {
          name: "consul-1",
          api,
          ...folders,
          server: "consul-2",
          address: "10.0.0.12",
          datacenter: "dc1",
          dead: "no",
        },
      },
    ]);
  });

  test("each script takes what it is told", () => {
    const { told } = new Computer(hosts).run("c-consul-2-departure", "delete");
    for (const { script, settings } of told) {
      const taken = /^\s*take "([^"]+)" "\$@"$/m.exec(readScript(script))?.[1]?.split(" ");
      // The farewell is said on its own.
      const now = taken?.filter((key) => key !== "farewell");
      expect(Object.keys(settings).sort(), script).toEqual(now?.sort());
    }
  });

  test("a machine: nothing is removed from what is removed itself", () => {
    const outcome = new Computer(machines).run("c-consul-3-departure", "delete");
    expect(outcome.status).toBe(0);
    expect(steps(outcome)).toEqual(["consul-3 leave.sh", "consul-1 forget.sh"]);
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
      { api: "http://127.0.0.1:8500", configDir: "/srv/config" },
      { dataDir: "/srv/d@ta+1", configDir: "/srv/config", removeData: "yes" },
      { api: "http://127.0.0.1:8500", datacenter: "north", server: "consul-1" },
    ]);
  });

  test("the only server has no neighbour to ask", async () => {
    const computer = new Computer(await clusterOf(existing(1)));
    const gone = computer.run("c-consul-1-departure", "delete");
    expect(gone.status).toBe(0);
    expect(steps(gone)).toEqual(["consul-1 leave.sh", "consul-1 remove.sh"]);
    expect(computer.run("c-consul-1-departure", "delete", { "consul-1": 255 }).status).toBe(0);
  });

  test("a host on which nothing was ever staged has nothing to do", () => {
    const outcome = new Computer(hosts).withoutLibrary().run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "", told: [] });
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
    ["does not answer", { "consul-1": 255 }, ["consul-3 forget.sh"]],
    ["knows no leader", { "consul-1 forget.sh": 3 }, ["consul-1 forget.sh", "consul-3 forget.sh"]],
  ])("that %s: the next one is asked", (_, answers, asked) => {
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    expect(steps(outcome).slice(2)).toEqual(asked);
  });

  test("that refuses is not overruled by the next one", () => {
    const answers = { "consul-1 forget.sh": 1 };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(1);
    expect(steps(outcome).at(-1)).toBe("consul-1 forget.sh");
  });

  test("is there none to be asked, a server that has left itself has left, and that is said", () => {
    const answers = { "consul-1": 255, "consul-3 forget.sh": 3 };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toBe("consul-2: no neighbour could be asked to forget this server\n");
  });

  test("tells whether the server is taken for dead: it does not answer, so nothing is done on it", () => {
    const outcome = new Computer(hosts).run(departure, "delete", { "consul-2": 255 });
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toContain("consul-2: does not answer SSH at 10.0.0.12;");
    expect(steps(outcome)).toEqual(["consul-1 forget.sh"]);
    expect(outcome.told[0]?.settings.dead).toBe("yes");
  });

  test("is needed for a server that is dead: without one the departure fails", () => {
    const answers = { "consul-1": 255, "consul-2": 255, "consul-3": 255 };
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("none of its neighbours answers SSH and knows a leader");
    expect(outcome.stderr).toContain("pulumi destroy");
    expect(outcome.left).toBe(false);
  });
});
