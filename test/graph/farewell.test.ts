// How a whole cluster goes: its teardown is said (by a resource called -farewell, as in 0.1.0), then its departures, run here as the Command plugin runs them, on
// hosts that are folders.
//
// Does not prove what a host makes of it: test/unit/steps/leave does.

import { chownSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, madeOwner, names } from "./support/clusters";
import { away, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
});

const departure = "c-consul-2-departure";
const dead = { "consul-1": away, "consul-2": away, "consul-3": away };

/** Whether the server that leaves was told that all of them go. */
const whole = ({ told }: Outcome) => told[0]?.settings.whole;

/** The mark that the farewell has left. */
function markOf(computer: Computer): { folder: string; mark: string } {
  const folders = readdirSync(computer.marks).map((name) => join(computer.marks, name));
  const marks = folders.flatMap((folder) => readdirSync(folder).map((mark) => ({ folder, mark })));
  expect(marks).toHaveLength(1);
  return marks[0] as { folder: string; mark: string };
}

describe("every host is told", () => {
  const told = names(3).map((host) => ({
    host,
    script: "leave.sh",
    settings: { name: host, owner: madeOwner, teardown: "yes" },
  }));

  const heard = (outcome: Outcome) => outcome.told.sort((a, b) => (a.host < b.host ? -1 : 1));

  test("so that a destroy that is cut off goes on as one in the next run", () => {
    const outcome = new Computer(hosts).run("c-farewell", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "", left: false });
    expect(heard(outcome)).toEqual(told);
  });

  test.each([
    ["does not answer", { "consul-1": away }, told.slice(1)],
    [
      "lets nobody in",
      { "consul-1": "admin@10.0.0.11: Permission denied (publickey)." },
      told.slice(1),
    ],
    ["fails", { "consul-1 leave.sh": 1 }, told],
    ["is another component's by now", { "consul-1 leave.sh": 5 }, told],
    ["is dead like all the others", dead, []],
  ])("one that %s is not in the way, and the run knows all the same", (_, answers, expected) => {
    const computer = new Computer(hosts);
    const outcome = computer.run("c-farewell", "delete", answers);
    expect(outcome).toMatchObject({ status: 0, left: false });
    expect(heard(outcome)).toEqual(expected);
    expect(whole(computer.run(departure, "delete"))).toBe("yes");
  });

  test("but for those on which nothing was ever staged", () => {
    const outcome = new Computer(hosts).without(...names(3)).run("c-farewell", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "", told: [] });
  });
});

describe("after it, in the same run", () => {
  test("nobody is asked, and nobody who is dead is in the way", () => {
    const computer = new Computer(hosts);
    computer.run("c-farewell", "delete");
    const outcome = computer.run(departure, "delete");
    expect(outcome.status).toBe(0);
    expect(outcome.told.map(({ host, script }) => `${host} ${script}`)).toEqual([
      "consul-2 leave.sh",
      "consul-2 remove.sh",
    ]);
    expect(whole(outcome)).toBe("yes");
    const gone = computer.run("c-consul-1-departure", "delete", dead);
    expect(gone).toMatchObject({ status: 0, told: [], left: false });
    expect(gone.stderr).toContain("what is on it stays there");
  });

  test("a host that answers and fails is an error all the same", () => {
    const computer = new Computer(hosts);
    computer.run("c-farewell", "delete");
    expect(computer.run(departure, "delete", { "consul-2 remove.sh": 1 }).status).toBe(1);
  });
});

describe("the mark of the run", () => {
  test("says nothing to another run", () => {
    const computer = new Computer(hosts);
    // A shell that waits for its child is another parent than this process.
    expect(computer.run("c-farewell", "delete", {}, '"$0" "$@"; exit $?').status).toBe(0);
    expect(whole(computer.run(departure, "delete"))).toBe("no");
    expect(computer.run(departure, "delete", dead).status).toBe(1);
  });

  test("says nothing to a process that has the number on another day", () => {
    const computer = new Computer(hosts);
    computer.run("c-farewell", "delete");
    const { folder, mark } = markOf(computer);
    // Its process, and when that one started.
    expect(mark).toMatch(new RegExp(`-${process.pid}-\\d+$`));
    renameSync(join(folder, mark), join(folder, mark.replace(/\d+$/, "1")));
    expect(whole(computer.run(departure, "delete"))).toBe("no");
  });

  test("says nothing to another cluster that the same run changes", async () => {
    const other = new Computer(await clusterOf(existing(), { name: "c-2" }));
    expect(other.run("c-2-farewell", "delete").status).toBe(0);
    const computer = new Computer(hosts, other.marks);
    expect(whole(computer.run(departure, "delete"))).toBe("no");
    expect(whole(other.run("c-2-consul-2-departure", "delete"))).toBe("yes");
    // In the same folder: what tells them apart is the mark.
    computer.run("c-farewell", "delete");
    expect(whole(computer.run(departure, "delete"))).toBe("yes");
  });

  test("is a file, whatever the cluster's name", async () => {
    const name = "the 'big' one/$HOME";
    const computer = new Computer(await clusterOf(existing(), { name }));
    expect(computer.run(`${name}-farewell`, "delete")).toMatchObject({ status: 0, stderr: "" });
    expect(markOf(computer).mark).toMatch(/^teardown-consul-cluster\.test\.the_+big_+one__HOME-/);
    expect(whole(computer.run(`${name}-consul-2-departure`, "delete"))).toBe("yes");
  });

  test("lies where nobody else can leave one", () => {
    const computer = new Computer(hosts);
    computer.run("c-farewell", "delete");
    expect(statSync(markOf(computer).folder).mode & 0o777).toBe(0o700);
  });

  test("is not left in somebody else's folder, nor believed there", () => {
    const [computer, uid] = [new Computer(hosts), process.getuid?.()];
    const folder = join(computer.marks, `consul-cluster-${uid}`);
    if (uid === 0) {
      mkdirSync(folder);
      chownSync(folder, 65534, 65534);
    } else symlinkSync("/", folder);
    const outcome = computer.run("c-farewell", "delete");
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
    expect(outcome.stderr).toContain(`c: ${folder} is somebody else's\n`);
    expect(whole(computer.run(departure, "delete"))).toBe("no");
  });
});
