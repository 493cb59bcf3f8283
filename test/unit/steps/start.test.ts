// How a server starts while nobody can say for certain whether there is a cluster: a creation that was cut off and goes on with
// another number of servers, and peers whose HTTP is closed. The whole of activate.sh on the folders of a test; the
// answers are recorded ones.
//
// Does not prove that servers elect: test/failures/cut-off and 10-places do.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import type { Agents } from "../../support/curl/fakeConsul";
import { agent } from "../host-lib/answers";
import { owner, servers } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host, type RenderedSet } from "../support/host";

const own = "http://127.0.0.1:80";
const peer = (number: number) => `http://10.0.0.${number}:80`;
const raft = (number: number) => `http://10.0.0.${number}:8300`;
const as = (situation: string) => agent("1.22.0", situation);
const three = { existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.13") };
const five = {
  existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14", "10.0.0.15"),
};

const bootstrapOf = (host: Host): string | undefined =>
  existsSync(join(host.folder, "config/bootstrap.json"))
    ? host.read("config/bootstrap.json")
    : undefined;

/** Tells with each start whether the server expects to bootstrap. Gates, locks and snapshots are told, and pass. */
const telling = (host: Host) => `
  seen() { if [ -e '${host.folder}/config/bootstrap.json' ]; then echo "to bootstrap:"; else echo "to join:"; fi; }
  cluster_lock() { echo "lock for the $1"; }
  gate_before_restart() { echo "gate before"; }
  gate_after_restart() { echo "gate after"; }
  journal_words() { echo "what the journal says"; }
  ELECTION_S=3`;

const activate = (host: Host, { desired }: RenderedSet, more = "") =>
  host.run(
    "activate.sh",
    `${harmless(host)}\n${telling(host)}\n${more}\nmain name=consul-1 owner=${owner}`,
    desired,
  );

/** What a run did, a line each. */
const deeds = (result: { stdout: string }) =>
  result.stdout.replaceAll(":\n", ": ").split("\n").filter(Boolean);

const start = "systemctl start --no-block consul.service";
const restart = "systemctl restart consul.service";

/** A host that was cut off in the creation of a cluster of three: it waits for its first election. */
function cutOff(applied = true): Host {
  const host = new Host();
  host.service = { MainPID: 0, NRestarts: 0, SubState: "running" };
  const killed = applied ? "" : "switch_is_whole() { exit 9; }";
  const { status, stderr } = activate(host, host.stage(host.render(three)), killed);
  if (status !== (applied ? 0 : 9)) throw new Error(stderr);
  host.service.MainPID = 4711;
  host.agents = { [own]: as("waiting") };
  return host;
}

describe("a creation that was cut off and goes on with another number of servers", () => {
  test.each([
    ["applied", true],
    ["half applied", false],
  ])(
    "starts who waits for its first election again, with the new number and no gate: %s",
    (_, applied) => {
      const host = cutOff(applied);
      const set = host.stage(host.render(five));
      expect(bootstrapOf(host)).not.toBe(set.config["bootstrap.json"]);
      const result = activate(host, set);
      expect(result.status, result.stderr).toBe(0);
      expect(deeds(result)).toEqual([`to bootstrap: ${restart}`]);
      expect(bootstrapOf(host)).toBe(set.config["bootstrap.json"]);
      expect(host.read("state/active")).toBe(set.desired);
    },
  );

  test.each<[string, PlainArgs, string[]]>([
    ["nothing new", three, []],
    ["a recursor", { ...three, recursors: ["192.0.2.1"] }, []],
  ])("nobody is started again for the same number: %s", (_, args, expected) => {
    const host = cutOff();
    host.agents = { [own]: { ...as("waiting"), "PUT /v1/agent/reload": "" } };
    const result = activate(host, host.stage(host.render(args)));
    expect(result.status, result.stderr).toBe(0);
    expect(deeds(result)).toEqual(expected);
  });

  test("a peer that waits, too, is nobody who could lose anything", () => {
    const host = cutOff();
    host.agents = { [own]: as("waiting"), [peer(12)]: as("waiting") };
    expect(deeds(activate(host, host.stage(host.render(five))))).toEqual([
      `to bootstrap: ${restart}`,
    ]);
  });
});

describe("where anything was bootstrapped, nobody is restarted for that, or expects to bootstrap", () => {
  test("a cluster that serves: who joins it is noted, and bootstrap.json goes", () => {
    const host = cutOff();
    host.agents = { [own]: as("leader") };
    const result = activate(host, host.stage(host.render(five)));
    expect(result.status, result.stderr).toBe(0);
    expect(deeds(result)).toEqual([]);
    expect(bootstrapOf(host)).toBeUndefined();
  });

  test.each<[string, Agents]>([
    ["this server was elected once", { [own]: as("no-leader") }],
    ["a peer was", { [own]: as("waiting"), [peer(13)]: as("restarted-no-leader") }],
    ["a peer does not say", { [own]: as("waiting"), [raft(13)]: { "*": { exit: 52 } } }],
    [
      "a host does not answer",
      { [own]: as("waiting"), [peer(13)]: "silent", [raft(13)]: "silent" },
    ],
  ])("and nothing is touched without a leader: %s", (_, agents) => {
    const host = cutOff();
    const before = bootstrapOf(host);
    host.agents = agents;
    const { status, stdout, stderr } = activate(host, host.stage(host.render(five)));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/nothing was changed|lost its quorum/);
    expect(bootstrapOf(host)).toBe(before);
  });

  test("each of its conditions counts", () => {
    const host = cutOff();
    host.stage(host.render(five));
    const waits = (cluster: string, agents: Agents, pid = 4711) => {
      host.service.MainPID = pid;
      host.agents = agents;
      return host.holds("activate.sh", `{ api=${own} cluster=${cluster}; waits_for_others; }`);
    };
    expect(waits("forming", { [own]: as("waiting") })).toBe(true);
    for (const cluster of ["serving", "leaderless", "stopped", "unknown"])
      expect(waits(cluster, { [own]: as("waiting") })).toBe(false);
    expect(waits("forming", { [own]: as("no-leader") })).toBe(false);
    expect(waits("forming", { [own]: as("anonymous-waiting") })).toBe(false);
    expect(waits("forming", {})).toBe(false);
    expect(waits("forming", { [own]: as("waiting") }, 0)).toBe(false);
  });
});

// A start of one that runs does nothing: its process would go on with the settings of before, and the run would call it done.
test.each([
  ["it has been started", "lock_was_held=yes; runs() { :; }", "restart"],
  ["nothing has changed", "lock_was_held=yes", "start"],
  ["nobody had it", "runs() { :; }", "start"],
])(
  "what is done is chosen again behind the cluster's lock where that was waited for: %s",
  (_, change, deed) => {
    const host = new Host();
    host.apply(host.stage(host.render(three)));
    host.service = { MainPID: 0, NRestarts: 0, SubState: "dead" };
    host.agents = { [peer(12)]: as("leader") };
    const more = `cluster_lock() { ${change}; }; start() { echo start; }; restart() { echo restart; }`;
    const set = host.stage(host.render({ ...three, environment: { GOMAXPROCS: "1" } }));
    expect(activate(host, set, more)).toMatchObject({ status: 0, stdout: `${deed}\n` });
  },
);

describe("who is laid down to bootstrap", () => {
  const decide = (cluster: string, before: "nothing" | "bootstrap.json" | "no bootstrap.json") => {
    const host = new Host();
    const set = host.stage(host.render());
    if (before !== "nothing") host.apply(set);
    if (before === "bootstrap.json") host.write("config/bootstrap.json", "{}");
    return host.says("activate.sh", `cluster=${cluster}; decide_bootstrap; echo "$bootstraps"`);
  };

  test.each([
    ["forming", "nothing", "yes"],
    ["forming", "no bootstrap.json", "yes"],
    ["serving", "nothing", "no"],
    ["serving", "bootstrap.json", "no"],
    ["leaderless", "no bootstrap.json", "no"],
    ["stopped", "no bootstrap.json", "no"],
    ["unknown", "no bootstrap.json", "no"],
    ["stopped", "bootstrap.json", "yes"],
    ["leaderless", "bootstrap.json", "yes"],
  ] as const)("%s, %s: %s", (cluster, before, bootstraps) => {
    expect(decide(cluster, before)).toBe(bootstraps);
  });
});

describe("peers whose HTTP is closed to other hosts", () => {
  /** A host that never ran; its peers' servers run. `leader`: whether its own agent sees one, once it is started. */
  const begin = (leader: boolean, more = "", data = false) => {
    const host = new Host();
    host.service = { MainPID: 0, NRestarts: 0, SubState: "running" };
    host.agents = { [raft(12)]: { "*": { exit: 52 } }, [raft(13)]: { "*": { exit: 52 } } };
    const set = host.stage(host.render({ ...three, addresses: { http: "127.0.0.1" } }));
    if (data) host.write("data/raft/raft.db", "x");
    const looking = `await_agent() { echo "is there a leader?"; return ${leader ? 0 : 1}; }`;
    return { host, result: activate(host, set, `${looking}\n${more}`) };
  };

  test("it joins first; with a leader seen it takes the lock, and passes the gate", () => {
    const { host, result } = begin(true);
    expect(result.status, result.stderr).toBe(0);
    expect(deeds(result)).toEqual([
      `to join: ${start}`,
      "is there a leader?",
      "lock for the activation",
      "gate after",
    ]);
    expect(bootstrapOf(host)).toBeUndefined();
  });

  test("the gate counts", () => {
    const failing = 'gate_after_restart() { reason="it lags"; return 1; }';
    const { host, result } = begin(true, failing);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("it lags\nwhat the journal says");
    expect(existsSync(join(host.folder, "state/active"))).toBe(false);
  });

  test("without one it begins again as one of those who form the cluster", () => {
    const { host, result } = begin(false);
    expect(result.status, result.stderr).toBe(0);
    expect(deeds(result)).toEqual([
      `to join: ${start}`,
      "is there a leader?",
      `to bootstrap: ${restart}`,
    ]);
    expect(bootstrapOf(host)).toBeDefined();
  });

  test("with data of its own it does not: it is part of a cluster", () => {
    const call = "find_own_agent || :; cluster=unknown; start_to_find_out yes";
    const { host, result } = begin(false, `main() { read_desired; ${call}; }`);
    expect(deeds(result)).toEqual([`to join: ${start}`, "is there a leader?"]);
    expect(bootstrapOf(host)).toBeUndefined();
  });

  // It runs already, so it is asked for a leader that nobody can elect without it.
  test("a creation that is cut off there goes on", () => {
    const killed = "restart_service() { exit 9; }";
    const { host, result } = begin(false, killed);
    expect(result.status).toBe(9);
    host.service.MainPID = 4711;
    host.agents = { ...host.agents, [own]: as("waiting") };
    const set = host.stage(host.render({ ...three, addresses: { http: "127.0.0.1" } }));
    const again = activate(host, set);
    expect(again.status, again.stderr).toBe(0);
    expect(bootstrapOf(host)).toBeDefined();
  });
});
