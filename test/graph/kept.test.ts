// A destroy that was cut off, and a cluster that is kept after all: what the teardown's resource (-farewell) does where it is
// made again. As farewell.test.ts.
//
// Does not prove that a note passes by itself after an hour: test/unit/steps/leave/goesOn does.

import { chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, madeOwner, names } from "./support/clusters";
import { type Answers, away, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
});

const made = (computer: Computer, answers: Answers = {}) =>
  computer.run("c-farewell", "create", answers);

const nothing = { status: 0, stdout: "", stderr: "", told: [], access: [], left: false };

const told = names(3).map((host) => ({
  host,
  script: "leave.sh",
  settings: { name: host, owner: madeOwner, teardown: "no" },
}));

const heard = (outcome: Outcome) => outcome.told.sort((a, b) => (a.host < b.host ? -1 : 1));

/** A computer on which a run has begun to take the cluster away; its marks are another process's. */
function begun(): Computer {
  const computer = new Computer(hosts);
  expect(computer.run("c-farewell", "delete", {}, '"$0" "$@"; exit $?').status).toBe(0);
  return computer;
}

describe("the hosts are told that it stays", () => {
  test("where a run of this computer has begun to take it away, and once", () => {
    const computer = begun();
    const outcome = made(computer);
    expect(outcome).toMatchObject({ status: 0, stdout: "", stderr: "", left: false });
    expect(heard(outcome)).toEqual(told);
    expect(made(computer)).toEqual(nothing);
  });

  test("and one that cannot be is named, for what leaves there leaves without gates; it stops nothing", () => {
    const outcome = made(begun(), { "consul-1": away, "consul-2 leave.sh": 1 });
    expect(outcome).toMatchObject({ status: 0, left: false });
    expect(outcome.stderr).toContain("could not be told that it stays: consul-2. Let no server");
  });
});

describe("nobody is asked", () => {
  test("when a cluster is made", () => {
    expect(made(new Computer(hosts))).toEqual(nothing);
  });

  test("where it was another cluster, or one that has gone whole: its owner's id has gone with it", () => {
    const computer = begun();
    const folders = readdirSync(computer.marks).map((name) => join(computer.marks, name));
    for (const folder of folders)
      for (const mark of readdirSync(folder)) writeFileSync(join(folder, mark), "another\n");
    expect(made(computer)).toMatchObject({ status: 0, stderr: "", told: [], left: false });
  });

  test("where the marks are an older release's, which say nothing, or lie in somebody else's folder", () => {
    for (const owner of [process.getuid?.() ?? 0, 65534]) {
      const computer = new Computer(hosts);
      const folder = join(computer.marks, `consul-cluster-${process.getuid?.()}`);
      mkdirSync(folder);
      writeFileSync(join(folder, "teardown-a-1-2"), owner === 65534 ? `${madeOwner}\n` : "");
      if (process.getuid?.() === 0) chownSync(folder, owner, owner);
      else if (owner === 65534) continue;
      expect(made(computer)).toMatchObject({ status: 0, stderr: "", told: [], left: false });
    }
  });

  test("by a departure, which has no say in that", () => {
    expect(begun().run("c-consul-2-departure", "create")).toEqual(nothing);
  });
});
