// A server leaves a host that is not what it was: emptied meanwhile, or another component's. As departure.test.ts.
//
// Does not prove that a host says so: test/unit/steps/leave does.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, names } from "./support/clusters";
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
      "consul-2: has nothing of this library on it any more; its neighbours are asked to forget it\n",
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
        `${name}: has nothing of this library on it any more; what is on it stays there\n`,
      );
    }
  });

  test("was the only server, and nobody is asked", async () => {
    const computer = new Computer(await clusterOf(existing(1))).without("consul-1");
    expect(computer.run("c-consul-1-departure", "delete")).toMatchObject({ status: 0, told: [] });
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
