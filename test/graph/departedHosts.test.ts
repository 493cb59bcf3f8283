// A server leaves a host that is not what it was: emptied meanwhile, or another component's. As departure.test.ts.
//
// Does not prove that a host says so: test/unit/steps/leave does.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, names, nspawn } from "./support/clusters";
import { away, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
});

/** Who was told what, without the settings. */
function steps({ told }: Outcome): string[] {
  return told.map(({ host, script }) => `${host} ${script}`);
}

describe("a host that was emptied", () => {
  const departure = "c-consul-2-departure";

  test("has lost its server, and its neighbours are asked to forget that as a dead one", () => {
    const outcome = new Computer(hosts).without("consul-2").run(departure, "delete");
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toBe(
      "consul-2: is not on its host any more; its neighbours are asked to forget it\n",
    );
    expect(steps(outcome)).toEqual(["consul-1 force-remove.sh"]);
    expect(outcome.told[0]?.settings.dead).toBe("yes");
  });

  test("does not answer for the others: the next neighbour is asked", () => {
    const outcome = new Computer(hosts).without("consul-1").run(departure, "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(steps(outcome)).toEqual([
      "consul-2 leave.sh",
      "consul-2 remove.sh",
      "consul-3 force-remove.sh",
    ]);
  });

  test("so two of five leave, both emptied, and one that stays is asked", async () => {
    const computer = new Computer(await clusterOf(existing(5))).without("consul-1", "consul-2");
    for (const name of ["consul-2", "consul-1"]) {
      const outcome = computer.run(`c-${name}-departure`, "delete");
      expect(outcome.status).toBe(0);
      expect(steps(outcome)).toEqual(["consul-3 force-remove.sh"]);
      expect(outcome.told[0]?.settings).toMatchObject({ server: name, dead: "yes" });
    }
  });

  test.each([
    ["all neighbours are emptied, too", ["consul-1", "consul-3"], {}],
    ["those that are not are away", ["consul-1"], { "consul-3": away }],
    ["those that are not know no leader", ["consul-1"], { "consul-3 force-remove.sh": 3 }],
  ])("is not taken for gone where nobody is left to say so: %s", (_, emptied, answers) => {
    const computer = new Computer(hosts).without("consul-2", ...emptied);
    const outcome = computer.run(departure, "delete", answers);
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain("none of its neighbours answers SSH and knows a leader");
  });

  test("is passed where the whole cluster goes", () => {
    const computer = new Computer(hosts).without(...names(3));
    expect(computer.run("c-farewell", "delete").status).toBe(0);
    for (const name of names(3)) {
      const outcome = computer.run(`c-${name}-departure`, "delete");
      expect(outcome).toMatchObject({ status: 0, told: [] });
      expect(outcome.stderr).toBe(
        `${name}: is not on its host any more; what is on it stays there\n`,
      );
    }
  });

  test("was the only server, and nobody is asked", async () => {
    const computer = new Computer(await clusterOf(existing(1))).without("consul-1");
    expect(computer.run("c-consul-1-departure", "delete")).toMatchObject({ status: 0, told: [] });
  });
});

describe("a host on which another server of the same component is by now", () => {
  const departure = "c-consul-2-departure";
  // As leave.sh ends there: test/unit/steps/leave/goesOn.
  const answers = { "consul-2 leave.sh": 4 };

  test("is left alone, and the neighbours are asked to forget who was there: it must not block the run", () => {
    const outcome = new Computer(hosts).run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toBe(
      "consul-2: is not on its host any more; its neighbours are asked to forget it\n",
    );
    expect(steps(outcome)).toEqual(["consul-2 leave.sh", "consul-1 force-remove.sh"]);
    // They look whether it lives elsewhere.
    expect(outcome.told[1]?.settings).toMatchObject({ server: "consul-2", dead: "yes" });
  });

  test("is left to the other's own departure where the whole cluster goes", () => {
    const computer = new Computer(hosts);
    expect(computer.run("c-farewell", "delete").status).toBe(0);
    const outcome = computer.run(departure, "delete", answers);
    expect(outcome.status).toBe(0);
    expect(steps(outcome)).toEqual(["consul-2 leave.sh"]);
  });
});

describe("a host that was emptied, and on which Consul runs", () => {
  const departure = "c-consul-2-departure";
  const why = "nothing of this library is on it any more, and Consul runs there";

  function expectStop(outcome: Outcome) {
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
    expect(outcome.stderr).toBe(
      `consul-2: cannot be taken out: ${why}. Nothing was changed, and it stays in the stack. Set it up again by raising its generation, or stop Consul there; or leave it on its host as it is, with CONSUL_CLUSTER_LEAVE_BEHIND=consul-2 in the environment of the run\n`,
    );
  }

  const serving = (cluster = hosts) =>
    new Computer(cluster).without("consul-2").withConsul("consul-2");

  test("may serve its cluster: it stays, with words, and nobody is asked to forget it", () => {
    expectStop(serving().run(departure, "delete"));
  });

  test("is asked for that alone: where the library is, or Consul stands still, all is as ever", () => {
    const running = new Computer(hosts).withConsul(...names(3)).run(departure, "delete");
    expect(running).toMatchObject({ status: 0, stderr: "" });
    expect(steps(running)).toEqual([
      "consul-2 leave.sh",
      "consul-2 remove.sh",
      "consul-1 force-remove.sh",
    ]);
    const others = new Computer(hosts).without("consul-2").withConsul("consul-1", "consul-3");
    expect(steps(others.run(departure, "delete"))).toEqual(["consul-1 force-remove.sh"]);
  });

  test.each(["consul-2", "consul-1,consul-2", "all"])(
    "is left where %s is left behind",
    (named) => {
      const outcome = serving().leavingBehind(named).run(departure, "delete");
      expect(outcome).toMatchObject({ status: 0, left: false });
      expect(outcome.stderr).toBe(
        "consul-2: is left as it is (Consul runs there, and nothing of this library is on it any more); its neighbours are asked to forget it\n",
      );
      // They refuse, should it serve them.
      expect(steps(outcome)).toEqual(["consul-1 force-remove.sh"]);
      expect(outcome.told[0]?.settings.dead).toBe("yes");
    },
  );

  test("stays where others are left behind", () => {
    expectStop(serving().leavingBehind("consul-1,consul-22,onsul-2").run(departure, "delete"));
  });

  describe("where the whole cluster goes", () => {
    /** It was emptied after that was said. */
    function emptied(cluster = hosts): Computer {
      const computer = new Computer(cluster);
      expect(computer.run("c-farewell", "delete").status).toBe(0);
      return computer.without("consul-2").withConsul("consul-2");
    }

    test("a host that stays stops the run all the same", () => {
      expectStop(emptied().run(departure, "delete"));
    });

    test.each([
      ["one that is left behind", () => emptied().leavingBehind("consul-2")],
      ["a machine, which is deleted next", async () => emptied(await clusterOf(nspawn()))],
    ])("%s is passed", async (_, computer) => {
      const outcome = (await computer()).run(departure, "delete");
      expect(outcome).toMatchObject({ status: 0, told: [], left: false });
      expect(outcome.stderr).toBe(
        "consul-2: is left as it is (Consul runs there, and nothing of this library is on it any more); what is on it stays there\n",
      );
    });
  });

  test("a machine stays where its cluster goes on: there is an order in which it leaves", async () => {
    expectStop(serving(await clusterOf(nspawn())).run(departure, "delete"));
  });

  test("as a neighbour it does not answer for the others: the next one is asked", () => {
    const computer = new Computer(hosts).without("consul-1").withConsul("consul-1");
    const outcome = computer.run(departure, "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(steps(outcome).slice(2)).toEqual(["consul-3 force-remove.sh"]);
  });

  test("are all neighbours so, a dead server stays, and one that has left has left", () => {
    const others = ["consul-1", "consul-3"];
    const computer = new Computer(hosts).without(...others).withConsul(...others);
    const dead = computer.run(departure, "delete", { "consul-2": away });
    expect(dead).toMatchObject({ status: 1, told: [], left: false });
    expect(dead.stderr).toContain("none of its neighbours answers SSH and knows a leader");
    expect(computer.run(departure, "delete")).toMatchObject({
      status: 0,
      stderr: "consul-2: no neighbour could be asked to forget this server\n",
    });
  });
});

describe("a host that is another component's by now", () => {
  const answers = { "consul-2 leave.sh": 5 };

  test.each([
    ["alone", () => new Computer(hosts)],
    [
      "with its whole cluster",
      () => {
        const computer = new Computer(hosts);
        computer.run("c-farewell", "delete");
        return computer;
      },
    ],
  ])("is left alone, and no neighbour is asked: %s", (_, computer) => {
    const outcome = computer().run("c-consul-2-departure", "delete", answers);
    // leave.sh has said whose it is.
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(steps(outcome)).toEqual(["consul-2 leave.sh"]);
  });

  test("where a neighbour is, it cannot tell, and the next one is asked", () => {
    const other = { "consul-1 force-remove.sh": 3 };
    const outcome = new Computer(hosts).run("c-consul-2-departure", "delete", other);
    expect(outcome.status).toBe(0);
    expect(steps(outcome).slice(-2)).toEqual([
      "consul-1 force-remove.sh",
      "consul-3 force-remove.sh",
    ]);
  });
});
