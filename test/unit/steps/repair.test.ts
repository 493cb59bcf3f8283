// Who is found well by a repair is not asked again: so no single question decides, and an answer that does not come is no
// "well". And a wipe of a sick server: what has nothing to give up waits for nobody. The script as it stands; agents answer
// what was recorded.
//
// Does not prove what a repair does to a real server: test/failures/sick does.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { agent } from "../host-lib/answers";
import { owner, servers } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";

const own = "http://127.0.0.1:80";
const peer = "http://10.0.0.12:80";
const raftOf = "GET /v1/operator/raft/configuration";
const leaderOf = "GET /v1/status/leader";

/** A leader that knows a server consul-1 at 10.0.0.11. */
const leading = (more = {}) => agent("1.22.0", "leader", { [raftOf]: raft("10.0.0.11"), ...more });

/** Raft's configuration with a server at this address. */
const raft = (address: string) =>
  JSON.stringify({
    Servers: [
      { ID: "id-1", Node: "(unknown)", Address: `${address}:8300`, Voter: true },
      { ID: "id-2", Node: "consul-2", Address: "10.0.0.12:8300", Voter: true },
    ],
  });

/** What a repair makes of a host: "sick: WHAT", or nothing where it leaves it alone. */
function repair(made: Host, more = "") {
  const set = made.stage(made.render());
  const call = `cluster_lock() { :; }; mend() { echo "sick: $sick"; exit 0; }; ${more}\nmain name=consul-1 owner=${owner}`;
  return made.run("repair.sh", `${harmless(made)}\n${call}`, set.desired);
}

describe("a host where nothing is applied", () => {
  const host = (agents: Host["agents"]) => {
    const made = new Host();
    made.service = { MainPID: 0, NRestarts: 0, SubState: "dead" };
    made.agents = agents;
    return made;
  };
  const anew = { status: 0, stdout: "sick: was installed anew\n" };
  const nothing = { status: 0, stdout: "" };

  test("is one that was installed anew where the cluster knows it", () => {
    expect(repair(host({ [peer]: leading() }))).toMatchObject(anew);
  });

  test("is a new one where the cluster does not, or where there is none yet", () => {
    expect(repair(host({ [peer]: leading({ [raftOf]: raft("10.0.0.99") }) }))).toMatchObject(
      nothing,
    );
    const refused = {
      "http://10.0.0.12:8300": "refused",
      "http://10.0.0.13:8300": "refused",
    } as const;
    expect(repair(host(refused))).toMatchObject(nothing);
  });

  test("is a new one where the cluster knows its name at another address: it leaves there first", () => {
    const elsewhere = JSON.stringify({
      Servers: [
        { ID: "id-1", Node: "consul-1", Address: "10.0.0.110:8300", Voter: true },
        { ID: "id-2", Node: "consul-2", Address: "10.0.0.12:8300", Voter: true },
      ],
    });
    expect(repair(host({ [peer]: leading({ [raftOf]: elsewhere }) }))).toMatchObject(nothing);
  });

  test("waits for nobody where there is no cluster yet", () => {
    const waited = "await_agent() { echo waited; return 1; }";
    expect(repair(host({ [peer]: agent("1.22.0", "waiting") }), waited)).toMatchObject(nothing);
  });

  test("waits for an election to end", () => {
    const electing = agent("1.22.0", "no-leader", {
      // The third question is answered with a leader.
      [leaderOf]: {
        body: '""',
        next: { [peer]: { [leaderOf]: { body: '""', next: { [peer]: leading() } } } },
      },
    });
    expect(repair(host({ [peer]: electing }))).toMatchObject(anew);
  });

  test("is asked about until there is an answer", () => {
    const late = leading({
      [raftOf]: { exit: 28, next: { [peer]: { [raftOf]: raft("10.0.0.11") } } },
    });
    expect(repair(host({ [peer]: late }))).toMatchObject(anew);
  });

  test.each([
    ["no answer", { exit: 28 }],
    ["one that is not understood", { body: "{}" }],
    ["a refusal", { code: 403 }],
  ])(
    "is not taken for a new one for want of an answer, so that the next run asks again: %s",
    (_, answer) => {
      const { status, stdout, stderr } = repair(host({ [peer]: leading({ [raftOf]: answer }) }));
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/whether the cluster knows this server .* is not known.*run it again/);
    },
  );
});

describe("a server whose set is applied", () => {
  const host = (agents: Host["agents"], service: Host["service"] = {}) => {
    const made = new Host();
    made.apply(made.stage(made.render()));
    made.service = { MainPID: 4711, NRestarts: 0, SubState: "running", ...service };
    made.agents = agents;
    return made;
  };

  test("that knows no leader is looked at again, for it may be the others' election", () => {
    const looked =
      'is_outside_of_gossip() { echo "looked at: $cluster"; return 1; }; serves() { [ "$1" = OWN ] || return 1; }';
    const electing = agent("1.22.0", "no-leader", {
      [leaderOf]: {
        body: '""',
        next: { [own]: { [leaderOf]: { body: '""', next: { [own]: leading() } } } },
      },
    });
    const { stdout } = repair(host({ [own]: electing }), looked.replace("OWN", own));
    expect(stdout).toBe("looked at: serving\n");
  });

  // Seen: a healthy leader was "installed anew", and restarted without a gate.
  test.each([["facts"], ["active"], ["facts", "active"]])(
    "and that serves is not sick, though its notes are lost: %s %s",
    (...lost) => {
      const made = host({ [own]: leading() });
      for (const name of lost) if (name) rmSync(join(made.folder, "state", name));
      const well = "require_facts() { :; }; is_outside_of_gossip() { return 1; }; serves() { :; }";
      expect(repair(made, well)).toMatchObject({ status: 0, stdout: "" });
    },
  );

  test("that does not run is not waited with", () => {
    const waited = "await_agent() { echo waited; return 1; }";
    const down = host({}, { MainPID: 0, SubState: "dead" });
    down.write("data/raft/raft.db", "x");
    expect(repair(down, waited)).toMatchObject({ status: 0, stdout: "sick: does not run\n" });
  });

  test.each([
    ["once", 1, "sick: cannot reach the leader that its cluster has\n"],
    ["always", 99, ""],
  ])(
    "that has no way to its leader is sick where the others say so, be they silent %s",
    (_, silent, said) => {
      const made = host({ [own]: agent("1.22.0", "follower"), [peer]: leading() });
      const count = `${made.folder}/asked`;
      const asked = `is_outside_of_gossip() { return 1; }; serves() { [ "$1" != ${own} ]; }; majority_serves() { :; }
      is_missed() { echo x >>'${count}'; [ "$(wc -l <'${count}')" -gt ${silent} ]; }`;
      expect(repair(made, asked)).toMatchObject({ status: 0, stdout: said });
    },
  );

  // Seen: two followers restarted because of a leader that was mended while they waited for their turn.
  describe("that has no way to its leader", () => {
    const made = () => host({ [own]: agent("1.22.0", "follower"), [peer]: leading() });
    const until = (turn: string) => `is_outside_of_gossip() { return 1; }; turns=0
      serves() { [ "$1" != ${own} ] || [ "$turns" -ge 1 ]; }; majority_serves() { :; }; is_missed() { :; }
      cluster_lock() { lock_was_held=yes; echo "turn for the $1"; ${turn}; }; cluster_unlock() { echo "turn given back"; }`;

    test("is left alone where it has one once it is its turn", () => {
      const outcome = repair(made(), until("turns=1"));
      expect(outcome).toMatchObject({ status: 0, stdout: "turn for the repair\n" });
      expect(outcome.stderr).toBe("consul-1: is well by now\n");
    });

    test("is mended at once where nobody was waited for", () => {
      expect(repair(made(), until("lock_was_held=; turns=1")).stdout).toContain("sick: cannot");
    });

    test("and on which a change was cut off gives its turn to the activation", () => {
      const cut = made();
      cut.write("state/previous/complete", "");
      cut.write("library/activate.sh", "#!/bin/sh\necho activated\n", 0o755);
      const outcome = repair(cut, until("turns=1"));
      expect(outcome.stdout).toBe("turn for the repair\nturn given back\nactivated\n");
    });

    test("is mended where it has none then, either", () => {
      expect(repair(made(), until(":")).stdout).toBe(
        "turn for the repair\nsick: cannot reach the leader that its cluster has\n",
      );
    });
  });

  describe("whose settings somebody has damaged on its disk", () => {
    /** The set where install_config puts it, a word more in it. */
    const damage = `folder=$(applied_fact config_dir); mkdir -p "$folder"; echo {} >"$folder/30-secrets.json"; files=$(find "$folder" -type f | LC_ALL=C sort)
      set=$folder.sets/$(digest $files); mkdir "$folder.sets"; mv "$folder" "$set"; ln -s "$set" "$folder"
      active_set_is_whole && echo whole; echo >>"$folder/30-secrets.json"`;
    const others = "is_outside_of_gossip() { return 1; }; serves() { :; }";

    test("is sick where it answers nobody on its own host any more", () => {
      const made = host({
        [own]: agent("1.22.0", "leader", { "GET /v1/agent/self": { code: 403 } }),
      });
      expect(repair(made, `${others}; ${damage}`).stdout).toBe(
        "whole\nsick: runs settings that were damaged on its disk, and answers nobody here\n",
      );
    });

    test("is left to its turn where it serves: what runs has them in memory", () => {
      expect(repair(host({ [own]: leading() }), `${others}; ${damage}`).stdout).toBe("whole\n");
    });

    test("gets them anew where there is nothing else to do", () => {
      const call = `exec 2>&1; ${damage}; record_only() { echo again; }; restore_damaged_set; rm -r "$folder"/*; restore_damaged_set`;
      const made = host({ [own]: leading() });
      made.stage(made.render());
      const said = "is not what was put there: the settings are laid down again\nagain";
      expect(made.says("library", call)).toMatch(new RegExp(`^whole\n.*${said}\n.*${said}$`));
    });
  });

  test("on which a change was cut off is brought to its end as the same component's", () => {
    const made = host({ [own]: leading() });
    made.write("state/previous/complete", "");
    made.write("library/activate.sh", '#!/bin/sh\necho "$@"\n', 0o755);
    const well = "is_outside_of_gossip() { return 1; }; serves() { :; }";
    expect(repair(made, well).stdout).toBe(`name=consul-1 owner=${owner}\n`);
  });
});

describe("a wipe of a server that crashes again and again", () => {
  const wipe = (more: PlainArgs, { cluster = "unknown", hasData = true, raft = "" } = {}) => {
    const made = new Host();
    const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
    Object.assign(existing?.servers[0] ?? {}, { wipeData: "ticket-17" });
    made.apply(made.render(more));
    const set = made.stage(made.render({ ...more, existing } as PlainArgs));
    if (hasData) made.write("data/raft/raft.db", "x");
    made.write("data/checks/x", "x");
    const stubs = `cluster=${cluster}; bootstraps=no; cluster_lock() { echo "lock for the $1"; }; require_cluster_lock() { :; }
      wait_until_well() { echo gate; }; raft_of() { ${raft || "return 2"}; }`;
    const call = `${harmless(made)}\n${stubs}\nread_desired; begin_anew; echo "bootstraps=$bootstraps"`;
    const result = made.run("repair.sh", call, set.desired);
    return { ...result, emptied: !existsSync(join(made.folder, "data/checks")) };
  };
  const closed: PlainArgs = { addresses: { http: "127.0.0.1" } };
  const rows = (...names: string[]) =>
    `printf '%s\\n' ${names.map((name, i) => `'${name} id true 10.0.0.1${i + 1}:8300'`).join(" ")}`;

  test("is refused while nobody serves: its data may be all there is", () => {
    const { status, emptied, stderr } = wipe({});
    expect({ status, emptied }).toEqual({ status: 1, emptied: false });
    expect(stderr).toMatch(/may be all there is; start the others first; nothing was changed\n$/);
  });

  test("says what to do where the others cannot tell that they serve", () => {
    const { emptied, stderr } = wipe(closed);
    expect(emptied).toBe(false);
    expect(stderr).toMatch(
      /HTTP is closed to this host .*list-peers.*empty \S+data on this host by hand/,
    );
  });

  test("and goes on where that was done: nothing is left that could be lost", () => {
    for (const cluster of ["unknown", "stopped", "leaderless", "serving"])
      expect(wipe(closed, { cluster, hasData: false })).toMatchObject({
        status: 0,
        emptied: true,
        stdout: "systemctl stop consul.service\nbootstraps=no\n",
      });
    expect(wipe({}, { cluster: "forming", hasData: false }).stdout).toContain("bootstraps=yes");
  });

  test("passes the gate where others hold what it holds", () => {
    const done = wipe({}, { cluster: "serving", raft: rows("consul-1", "consul-2") });
    expect(done).toMatchObject({ status: 0, emptied: true });
    expect(done.stdout.split("\n").slice(0, 3)).toEqual([
      "lock for the wipe",
      "gate",
      "systemctl stop consul.service",
    ]);
  });

  test.each([
    ["it is the only one that votes", rows("consul-1"), /only one that votes/],
    ["nobody tells", "return 2", /which servers hold what it holds is not known/],
  ])("is refused where %s", (_, raft, message) => {
    const { status, emptied, stderr } = wipe({}, { cluster: "serving", raft });
    expect({ status, emptied }).toEqual({ status: 1, emptied: false });
    expect(stderr).toMatch(message);
  });
});
