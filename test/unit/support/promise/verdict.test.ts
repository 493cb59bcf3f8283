// The judge of promise and deed (test/support/promise): a deed that keeps the promise passes, and every other one is
// named, be it too little or too much.
//
// Does not prove that hosts give such evidence: the tests of changes ask them.

import { describe, expect, test } from "vitest";
import { type ClusterReview, type Effect, reviewPreview } from "../../../../components/review";
import type { Deed, Event, Look } from "../../../support/promise/evidence";
import { brokenPromises } from "../../../support/promise/verdict";
import { readPreview } from "../../review/support";

const second = 1e6;
const names = ["consul-1", "consul-2", "consul-3"];

const planOf = (name: string) => reviewPreview(readPreview(name)).clusters[0] as ClusterReview;

/** A plan in which the servers' effects are these, in their order. */
function plan(...effects: Effect[]): ClusterReview {
  const { servers, ...rest } = planOf("setting");
  const changes = servers.map((server, index) => ({
    ...server,
    effect: effects[index] ?? server.effect,
  }));
  return { ...rest, servers: changes, warnings: [] };
}

function look(name: string, more: Partial<Look> = {}): Look {
  const dataFolder = "41";
  const began = "1000";
  return {
    at: 0,
    machine: `machine-of-${name}`,
    pid: "7",
    began,
    restarts: "0",
    nodeId: `node-of-${name}`,
    dataFolder,
    ...more,
  };
}

const anotherProcess = { pid: "8", began: "2000" };

/** It went `at` seconds after the begin, and was back two seconds later. */
function events(at: number, done = "restart done, Consul 1.22.0"): Event[] {
  return [
    { at: at * second, what: "stopping", text: "" },
    { at: (at + 0.5) * second, what: "started", text: "" },
    { at: (at + 2) * second, what: "said", text: done },
  ];
}

function still(name: string): Deed {
  return { name, before: look(name), after: look(name), events: [] };
}

function restarted(name: string, at: number): Deed {
  return { ...still(name), after: look(name, anotherProcess), events: events(at) };
}

function reloaded(name: string, at: number): Deed {
  const said = { at: at * second, what: "said" as const, text: "reload done, Consul 1.22.0" };
  return { ...still(name), events: [said] };
}

const allRestarted = () => names.map((name, index) => restarted(name, 10 * (index + 1)));
const allStill = () => names.map(still);

/** The deeds, but of one server another one. */
function but(deeds: Deed[], name: string, change: (deed: Deed) => Partial<Deed>): Deed[] {
  return deeds.map((deed) => (deed.name === name ? { ...deed, ...change(deed) } : deed));
}

describe("a promise that is kept", () => {
  test.each<[string, ClusterReview, Deed[], boolean]>([
    ["restarts", planOf("setting"), allRestarted(), false],
    ["a port that others know", planOf("http-port"), allRestarted(), false],
    ["reloads", planOf("reload"), names.map(reloaded), false],
    ["a rotation", planOf("rotation"), allStill(), false],
    ["nothing", planOf("nothing"), allStill(), false],
    ["staging alone", planOf("library-upgrade"), allStill(), false],
    ["a refusal", planOf("fixed-settings"), allStill(), true],
    ["a refused downgrade", planOf("downgrade"), allStill(), true],
    ["a wipe", plan("nothing", "wipe", "nothing"), wiped("consul-2"), false],
    ["a replacement", plan("nothing", "nothing", "replacement"), replaced("consul-3"), false],
    ["a server that leaves", plan("nothing", "nothing", "leave"), left("consul-3"), false],
    ["a server that joins", plan("nothing", "nothing", "join"), joined("consul-3"), false],
  ])("%s", (_, promised, deeds, failed) => {
    expect(brokenPromises(promised, deeds, failed)).toEqual([]);
  });
});

describe("a replacement whose data stay", () => {
  const promised = plan("nothing", "nothing", "replacement");
  const kept = (more: Partial<Look>) =>
    brokenPromises(
      promised,
      but(replaced("consul-3"), "consul-3", ({ after, before }) => ({
        after: { ...(after as Look), nodeId: before?.nodeId ?? "", ...more },
        dataStays: true,
      })),
      false,
    );

  test("is the same node on another machine", () => {
    expect(kept({})).toEqual([]);
  });

  test("and no other node, nor on the same machine", () => {
    expect(kept({ nodeId: "new" })).toEqual(["consul-3: it is another node, without its data"]);
    expect(kept({ machine: "machine-of-consul-3" })).toEqual(["consul-3: it is the same machine"]);
  });
});

function wiped(name: string): Deed[] {
  return but(allStill(), name, () => ({
    after: look(name, { ...anotherProcess, nodeId: "new" }),
    events: events(5, "wipe done, Consul 1.22.0"),
  }));
}

function replaced(name: string): Deed[] {
  const started = events(5, "start done, Consul 1.22.0").slice(1);
  const after = look(name, { ...anotherProcess, nodeId: "new", machine: "new", dataFolder: "77" });
  return but(allStill(), name, () => ({ after, events: started }));
}

function left(name: string): Deed[] {
  return but(allStill(), name, () => ({ after: undefined }));
}

function joined(name: string): Deed[] {
  return but(replaced(name), name, () => ({ before: undefined }));
}

describe("a restart", () => {
  test.each<[string, (deed: Deed) => Partial<Deed>, string]>([
    ["that did not happen", () => still("consul-2"), "consul-2: the same process runs on"],
    [
      "twice",
      () => ({ events: [...events(20), ...events(23)] }),
      "consul-2: it was started 2 times",
    ],
    [
      "that failed and was tried again by systemd",
      ({ events }) => ({
        events: [
          ...events.slice(0, 2),
          { at: 20.6 * second, what: "failed", text: "" },
          { at: 20.8 * second, what: "started by itself", text: "" },
          ...events.slice(2),
        ],
      }),
      "consul-2: systemd started it again by itself, 1 times",
    ],
    [
      "after which systemd counts restarts",
      () => ({ after: look("consul-2", { ...anotherProcess, restarts: "2" }) }),
      "consul-2: systemd counts 2 restarts of its own",
    ],
    [
      "that ended as another node",
      () => ({ after: look("consul-2", { ...anotherProcess, nodeId: "new" }) }),
      "consul-2: it is another node (node-of-consul-2, now new)",
    ],
    [
      "that began with another data folder",
      () => ({ after: look("consul-2", { ...anotherProcess, dataFolder: "99" }) }),
      "consul-2: its data folder is another one",
    ],
    [
      "after which nothing runs",
      () => ({ after: look("consul-2", { pid: "0" }) }),
      "consul-2: nothing runs there",
    ],
    [
      "before the one before was back",
      () => ({ events: events(11.5) }),
      "consul-2: it went 500 ms before consul-1 was back",
    ],
    [
      "that nobody saw the end of",
      ({ events }) => ({ events: events.slice(0, 2) }),
      "consul-2: it was never said to be back",
    ],
    [
      "out of its turn",
      () => ({ events: events(2) }),
      "consul-2: it changed before consul-1, and not after it",
    ],
  ])("%s", (_, change, problem) => {
    const deeds = but(allRestarted(), "consul-2", change);
    expect(brokenPromises(planOf("setting"), deeds, false)).toContain(problem);
  });
});

describe("a plan that says too little", () => {
  test.each<Effect>(["nothing", "staging", "rotation", "reload"])(
    "%s, and it restarts",
    (effect) => {
      const deeds = but(allStill(), "consul-1", () => restarted("consul-1", 5));
      const broken = brokenPromises(plan(effect, "nothing", "nothing"), deeds, false);
      expect(broken).toContain("consul-1: another process runs (7 and then 8)");
      expect(broken).toContain("consul-1: systemd's journal has it stopping, then started");
    },
  );

  test("a start that ends as it began, seen in the journal alone", () => {
    const deeds = but(allStill(), "consul-3", () => ({ events: events(5) }));
    expect(brokenPromises(planOf("nothing"), deeds, false)).toEqual([
      "consul-3: systemd's journal has it stopping, then started",
    ]);
  });

  test("a reload that it does not name", () => {
    const deeds = but(allStill(), "consul-2", () => reloaded("consul-2", 5));
    expect(brokenPromises(planOf("nothing"), deeds, false)).toEqual([
      "consul-2: it reloaded 1 times, and not 0",
    ]);
  });

  test("a server that is in no plan", () => {
    const deeds = [...allStill(), restarted("consul-9", 5)];
    expect(brokenPromises(planOf("nothing"), deeds, false)).toContain(
      "consul-9: another process runs (7 and then 8)",
    );
  });
});

describe("a plan that says too much", () => {
  test("reloads that do not come", () => {
    const deeds = but(names.map(reloaded), "consul-2", () => ({ events: [] }));
    expect(brokenPromises(planOf("reload"), deeds, false)).toEqual([
      "consul-2: it reloaded 0 times, and not 1",
    ]);
  });

  test("reloads in another order", () => {
    const deeds = names.map((name, index) => reloaded(name, 3 - index));
    expect(brokenPromises(planOf("reload"), deeds, false)).toEqual([
      "consul-2: it changed before consul-1, and not after it",
      "consul-3: it changed before consul-2, and not after it",
    ]);
  });

  test("a wipe that keeps the data", () => {
    const deeds = but(wiped("consul-2"), "consul-2", () => ({
      after: look("consul-2", anotherProcess),
    }));
    expect(brokenPromises(plan("nothing", "wipe", "nothing"), deeds, false)).toEqual([
      "consul-2: it still is the same node",
    ]);
  });

  test("a wipe of a whole machine", () => {
    const broken = brokenPromises(plan("nothing", "nothing", "wipe"), replaced("consul-3"), false);
    expect(broken).toContain("consul-3: it is another machine");
  });

  test("a server that does not leave", () => {
    expect(brokenPromises(plan("nothing", "nothing", "leave"), allStill(), false)).toEqual([
      "consul-3: it still runs",
    ]);
  });

  test("a server that joins where one runs", () => {
    const broken = brokenPromises(plan("nothing", "nothing", "join"), replaced("consul-3"), false);
    expect(broken).toContain("consul-3: a Consul ran there before it joined");
  });

  test("a server that nobody looked at", () => {
    expect(brokenPromises(planOf("nothing"), allStill().slice(1), false)).toEqual([
      "consul-1: nobody looked at it",
    ]);
  });
});

describe("refusals", () => {
  test("one that the plan does not say", () => {
    expect(brokenPromises(planOf("nothing"), allStill(), true)).toEqual(["the run failed"]);
  });

  test("one that does not come, and what it does then", () => {
    const broken = brokenPromises(planOf("fixed-settings"), allRestarted(), false);
    expect(broken).toContain("the plan says that the run refuses it, and it did not");
    expect(broken).toContain("consul-2: another process runs (7 and then 8)");
  });

  test("one that comes too late", () => {
    const deeds = but(allStill(), "consul-1", () => restarted("consul-1", 5));
    expect(brokenPromises(planOf("two-wipes"), deeds, true)).toContain(
      "consul-1: another process runs (7 and then 8)",
    );
  });
});
