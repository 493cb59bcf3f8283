// How a whole cluster goes: its teardown is said (by a resource called -farewell, as in 0.1.0), then its departures, run here as the Command plugin runs them, on
// hosts that are folders.
//
// Does not prove what a host makes of it: test/unit/steps/leave does.

import { chownSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { aws, awsClusterOf } from "./support/awsCluster";
import { type Cluster, clusterOf, existing, madeOwner, names, nspawn } from "./support/clusters";
import { type Answers, away, awayBehind, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;
let machines: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
  machines = await clusterOf(nspawn());
});

const departure = "c-consul-2-departure";
// The last one is behind a bastion.
const dead = { "consul-1": away, "consul-2": away, "consul-3": awayBehind };

/** Whether the server that leaves was told that all of them go. */
const whole = ({ told }: Outcome) => told[0]?.settings.whole;

interface Mark {
  folder: string;
  mark: string;
}

function marksOf(computer: Computer): Mark[] {
  const folders = readdirSync(computer.marks).map((name) => join(computer.marks, name));
  return folders.flatMap((folder) => readdirSync(folder).map((mark) => ({ folder, mark })));
}

/** The mark that the farewell has left. */
function markOf(computer: Computer): Mark {
  const marks = marksOf(computer);
  expect(marks).toHaveLength(1);
  return marks[0] as Mark;
}

const told = names(3).map((host) => ({
  host,
  script: "leave.sh",
  settings: { name: host, owner: madeOwner, teardown: "yes" },
}));

const heard = (outcome: Outcome) => outcome.told.sort((a, b) => (a.host < b.host ? -1 : 1));

describe("every host is told", () => {
  test("so that a destroy that is cut off goes on as one in the next run", () => {
    const outcome = new Computer(hosts).run("c-farewell", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "", left: false });
    expect(heard(outcome)).toEqual(told);
  });

  test.each([
    ["does not answer", { "consul-1": away }, told.slice(1)],
    ["does not answer behind its bastion", { "consul-3": awayBehind }, told.slice(0, 2)],
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

describe("where AWS would not end the machines, the teardown is refused before any server leaves", () => {
  const teardownOf = async (terminationProtection?: boolean) => {
    const { get } = await awsClusterOf(aws({ terminationProtection }));
    return new Computer({ get }).run("c-farewell", "delete");
  };

  test("nobody is told", async () => {
    const outcome = await teardownOf(true);
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
    expect(outcome.stderr).toMatch(/^c: termination protection is on: .* No server was touched\./);
    expect(outcome.stderr).toContain(
      "Set terminationProtection: false, run, then take the cluster",
    );
  });

  test.each([false, undefined])("but not where protection is %s", async (protection) => {
    const outcome = await teardownOf(protection);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(outcome.told.map(({ host }) => host).sort()).toEqual(names(3));
  });
});

/** A host that answers and was not told: why, what it answers, what is said of that. */
const untold: [why: string, answers: Answers, said: string][] = [
  ...[
    ["lets nobody in", "admin@10.0.0.11: Permission denied (publickey)."],
    ["has no SSH server", "ssh: connect to host 10.0.0.11 port 22: Connection refused"],
    ["shows another host key", "Host key verification failed."],
    ["has another network than this computer", "ssh: connect to host c: Network is unreachable"],
    [
      "has a name that nobody knows",
      "ssh: Could not resolve hostname c: Name or service not known",
    ],
  ].map(([why, said]) => [why, { "consul-1": said }, said] as [string, Answers, string]),
  [
    "hangs up in the middle",
    { "consul-1 leave.sh": "Connection to 10.0.0.11 closed by remote host." },
    "Connection to 10.0.0.11 closed by remote host.",
  ],
  ["fails", { "consul-1 leave.sh": 1 }, ""],
];

describe("where one answers that could not be told", () => {
  /** Nothing leaves in this run as if all did. */
  function expectStop(computer: Computer, outcome: Outcome, ...hosts: string[]) {
    expect(outcome).toMatchObject({ status: 1, stdout: "", left: false });
    expect(outcome.stderr).toContain(
      `c: the cluster is not taken away, for these answer and could not be told: ${hosts.join(" ")}. `,
    );
    expect(outcome.stderr).toContain(
      `with CONSUL_CLUSTER_LEAVE_BEHIND=${hosts.join(",")} in the environment of the run\n`,
    );
    expect(outcome.stderr).not.toContain("\r");
    expect(marksOf(computer)).toEqual([]);
    expect(whole(computer.run(departure, "delete"))).toBe("no");
  }

  const farewell = (computer: Computer, answers: Answers = {}) =>
    computer.run("c-farewell", "delete", answers);

  test.each(untold)("nothing leaves: one that %s", (_, answers, said) => {
    const computer = new Computer(hosts);
    const outcome = farewell(computer, answers);
    // Whoever was told is told that it stays.
    const by = (word: string) =>
      heard(outcome).filter(({ settings }) => settings.teardown === word);
    expect(by("yes").slice(-2)).toEqual(told.slice(1));
    expect(by("no").map(({ host }) => host)).toEqual(["consul-2", "consul-3"]);
    expect(outcome.stderr).toContain(said);
    expectStop(computer, outcome, "consul-1");
    // Mended, it goes.
    expect(farewell(computer)).toMatchObject({ status: 0, stderr: "" });
    expect(whole(computer.run(departure, "delete"))).toBe("yes");
  });

  test("nothing leaves: one whose bastion does not answer", () => {
    const computer = new Computer(hosts);
    expectStop(computer, farewell(computer, { "consul-3": away }), "consul-3");
  });

  test("nothing leaves: one that was emptied, and on which Consul runs", () => {
    const computer = new Computer(hosts).without("consul-1", "consul-3").withConsul("consul-1");
    expectStop(computer, farewell(computer), "consul-1");
  });

  test("nothing leaves: it is said of all of them, and of nobody else", () => {
    const computer = new Computer(hosts).without("consul-2");
    const refused = "admin@10.0.0.13: Permission denied (publickey).";
    const outcome = farewell(computer, { "consul-1 leave.sh": 1, "consul-3": refused });
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain("could not be told: consul-1 consul-3. ");
    expect(outcome.stderr).toContain("CONSUL_CLUSTER_LEAVE_BEHIND=consul-1,consul-3 in the");
  });

  test("what its script says of that is shown, on stderr", () => {
    const computer = new Computer(hosts).withLogin("leave.sh's words\n");
    const outcome = farewell(computer, { "consul-1 leave.sh": 1 });
    expect(outcome.stderr.startsWith("leave.sh's words\nc: ")).toBe(true);
    expectStop(computer, outcome, "consul-1");
  });

  test("nothing is printed of those that are away, where another one stops the run", () => {
    const computer = new Computer(hosts);
    const outcome = farewell(computer, { "consul-1 leave.sh": 1, "consul-2": away });
    expect(outcome.stderr).not.toContain(away);
    expectStop(computer, outcome, "consul-1");
  });

  const unreached = untold.filter(([why]) => why !== "fails");

  test.each(unreached)("it goes where that one is left behind: one that %s", (_, answers) => {
    for (const named of ["consul-1", "consul-2,consul-1", "all"]) {
      const computer = new Computer(hosts).leavingBehind(named);
      expect(farewell(computer, answers)).toMatchObject({ status: 0, stderr: "", left: false });
      expect(whole(computer.run(departure, "delete"))).toBe("yes");
    }
  });

  test("one that fails is none to leave behind: its departure would stop the run in its middle", () => {
    const computer = new Computer(hosts).leavingBehind("all");
    expect(farewell(computer, { "consul-1 leave.sh": 1 })).toMatchObject({
      status: 1,
      left: false,
    });
  });

  test("it goes where that one is left behind: one on which Consul runs, without the library", () => {
    const computer = new Computer(hosts).without("consul-1").withConsul("consul-1");
    expect(farewell(computer.leavingBehind("consul-1"))).toMatchObject({ status: 0, stderr: "" });
    expect(whole(computer.run(departure, "delete"))).toBe("yes");
  });

  test("nothing leaves where others are left behind", () => {
    const computer = new Computer(hosts).leavingBehind("consul-2,consul-11,onsul-1");
    expectStop(computer, farewell(computer, { "consul-1 leave.sh": 1 }), "consul-1");
  });

  test.each(untold)(
    "machines, which are deleted next, go all the same: one that %s",
    (_, answers) => {
      const computer = new Computer(machines);
      expect(farewell(computer, answers)).toMatchObject({ status: 0, stderr: "", left: false });
      expect(whole(computer.run(departure, "delete"))).toBe("yes");
    },
  );

  test("machines, which are deleted next, go all the same: one on which Consul runs, without the library", () => {
    const computer = new Computer(machines).without("consul-1").withConsul("consul-1");
    expect(farewell(computer)).toMatchObject({ status: 0, stderr: "", left: false });
    expect(whole(computer.run(departure, "delete"))).toBe("yes");
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
