// How a server leaves in order, or not at all: leave.sh as it stands, with a cluster around it that is made up.
//
// Does not prove that Consul leaves: machines in the lab do. The teardown's note is in ../leaving.test.ts.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { owner } from "../../render/cases";
import { Host } from "../../support/host";

const words = `name=consul-1 owner=${owner} whole=no`;

/** A cluster of three that is well; each step says that it was taken. */
const well = `
  timeout() { shift; "$@"; }
  sleep() { :; }
  lock() { echo "lock $1"; }
  peer_ips() { printf '10.0.0.12\\n10.0.0.13\\n'; }
  find_own_agent() { api=http://127.0.0.1:80; }
  own_evidence() { echo bootstrapped; }
  await_agent() { via=http://127.0.0.1:80; }
  raft_of() { printf 'consul-1 id-1 true 10.0.0.11:8300\\nconsul-2 id-2 true 10.0.0.12:8300\\n'; }
  cluster_lock() { echo "cluster lock $1"; }
  wait_until_well() { echo "gate without $2"; }
  missing_servers() { :; }
  require_cluster_lock() { echo "look at the lock"; }
  hand_over_leadership() { echo "hand over from $1"; }
  require_answering_voters() { :; }
  stopped=$1/stopped
  systemctl() {
    case "$*" in
      *MainPID*) if [ -e "$stopped" ]; then echo 0; else echo 4711; fi ;;
      show*) ;;
      *disable*) touch "$stopped"; echo "stop" ;;
    esac
  }
  BINARY=consul
  consul() { echo "consul $*"; }
`;

function leave(more = "", text = words, host = running()) {
  const { status, stdout, stderr } = host.run(
    "leave.sh",
    `${well}${more}\nmain ${text} </dev/null`,
  );
  return { status, did: stdout.split("\n").slice(0, -1), said: stderr };
}

function running(): Host {
  const host = new Host();
  host.apply(host.stage(host.render()));
  return host;
}

const gates = [
  "lock leaving",
  "cluster lock leaving",
  "gate without consul-1",
  "look at the lock",
  "hand over from 10.0.0.11:8300",
];
const stops = ["lock leaving", "stop"];

describe("a server of a cluster that goes on", () => {
  test("leaves under gates, once the leadership is handed over, and is stopped then", () => {
    expect(leave()).toEqual({
      status: 0,
      did: [...gates, "stop"],
      said: "consul-1: has left the cluster\n",
    });
  });

  // A departure that is cut off, or given up, may leave nothing in the state by which its activation would run again.
  test("is found with another word than before by whatever stages there next", () => {
    const host = running();
    const word = () => host.says("library", "applied_word");
    const before = word();
    expect(leave("", words, host).status).toBe(0);
    expect(word()).not.toBe(before);
  });

  test("that does not end well, its peers are asked all the same", () => {
    const { status, did, said } = leave("consul() { return 1; }");
    expect({ status, did }).toEqual({ status: 0, did: [...gates, "stop"] });
    expect(said).toContain("consul leave did not end well; the peers are asked to forget");
  });

  test.each([
    ["names a leader", "await_agent() { return 1; }", "no server that answers names a leader"],
    [
      "shows Raft's configuration",
      "raft_of() { return 3; }",
      "Raft's configuration cannot be read",
    ],
    [
      "is well without it",
      "wait_until_well() { reason='consul-2 is no healthy voter'; return 1; }",
      "for the others are not well: consul-2 is no healthy voter",
    ],
    [
      "says who belongs to it",
      "missing_servers() { return 2; }",
      "which servers belong to the cluster is not known",
    ],
    [
      "is whole",
      "missing_servers() { echo consul-3; }",
      "consul-3 shall be a voter and is none yet; one server at a time",
    ],
    ["is still locked", 'require_cluster_lock() { die "$1: lost"; }', "not taken out: lost"],
  ])("that not anybody %s: nothing is changed, and it runs on", (_, more, message) => {
    const { status, did, said } = leave(more);
    expect(status).toBe(1);
    expect(said).toContain(message);
    if (!more.startsWith("require")) expect(said).toContain("nothing was changed");
    expect(did).not.toContain("stop");
    expect(did.join()).not.toContain("hand over");
  });

  test.each([
    ["is the only one", "peer_ips() { :; }"],
    ["waits for its first election", "own_evidence() { echo waiting; }"],
    ["has no data", "own_evidence() { echo nothing; }"],
    ["is not in Raft's configuration", "raft_of() { echo 'consul-9 id-9 true 10.0.0.19:8300'; }"],
  ])("that %s has nothing to leave, and is stopped", (_, more) => {
    expect(leave(more)).toEqual({ status: 0, did: stops, said: "" });
  });

  describe("whose name the leader has forgotten, as of one that is outside of gossip", () => {
    const rows = (...rows: string[]) =>
      `raft_of() { printf '%s\\n' ${rows.map((row) => `'${row}'`)}; }`.replaceAll(",", " ");
    const other = "consul-2 id-2 true 10.0.0.12:8300";

    test("is known by its place, and leaves under gates: it may lead", () => {
      const more = rows("(unknown) id-1 true 10.0.0.11:8300", other);
      expect(leave(more)).toMatchObject({ status: 0, did: [...gates, "stop"] });
    });

    test("is not another that has none, or the place of another port", () => {
      for (const row of [
        "(unknown) id-3 true 10.0.0.13:8300",
        "(unknown) id-1 true 10.0.0.11:8399",
      ])
        expect(leave(rows(row, other))).toEqual({ status: 0, did: stops, said: "" });
    });

    test("is known by its name first, wherever it is", () => {
      const more = rows("consul-1 id-1 true 10.0.0.99:8300", "(unknown) id-9 true 10.0.0.11:8300");
      expect(leave(more).did).toContain("hand over from 10.0.0.99:8300");
    });
  });

  test("that does not run has nothing to leave, either", () => {
    expect(leave('touch "$stopped"')).toMatchObject({ status: 0, did: stops });
  });

  test("whether it runs is not known: it is not taken for stopped", () => {
    const { status, said } = leave("systemctl() { return 1; }");
    expect(status).toBe(1);
    expect(said).toContain("Consul does not stop");
    expect(said).toContain("nothing of it was removed");
  });

  test("that cannot be stopped stays", () => {
    const { status, said } = leave("systemctl() { echo 4711; }");
    expect(status).toBe(1);
    expect(said).toContain(
      "Consul does not stop (process 4711); nothing of it was removed; run it again",
    );
  });
});

describe("the whole cluster goes", () => {
  test.each([
    ["the run says so", `name=consul-1 owner=${owner} whole=yes`, ""],
    ["the host was told so", words, "teardown_stands() { :; }"],
  ])("no gate is passed where %s", (_, text, more) => {
    expect(leave(more, text)).toEqual({ status: 0, did: stops, said: "" });
  });

  test("the run's own word needs no other: nobody is asked", () => {
    const more = 'teardown_stands() { die "is not known"; }';
    expect(leave(more, `name=consul-1 owner=${owner} whole=yes`).status).toBe(0);
    expect(leave(more)).toMatchObject({ status: 1, did: ["lock leaving"] });
  });
});

describe("the note of a teardown", () => {
  const ready = "GET /v1/kv/consul-cluster/ready?raw";
  const leader = "GET /v1/status/leader";
  const told = (agents: Host["agents"]) => {
    const host = running();
    host.agents = agents;
    const { status } = host.run(
      "leave.sh",
      `main name=consul-1 owner=${owner} teardown=yes </dev/null`,
    );
    return { status, ready: /^ready=(.*)$/m.exec(host.read("state/farewell"))?.[1] };
  };
  const servers = "GET /v1/kv/consul-cluster/servers?raw&consistent";
  const serves = { [leader]: '"10.0.0.12:8300"', [servers]: "consul-1", [ready]: "seen" };

  test.each([
    ["its own agent's", { "http://127.0.0.1:80": serves }],
    [
      "a peer's, where its own is stopped",
      { "http://127.0.0.1:80": "refused" as const, "http://10.0.0.12:80": serves },
    ],
  ])("has the last readiness: %s", (_, agents) => {
    expect(told(agents)).toEqual({ status: 0, ready: "seen" });
  });

  test.each([
    ["nobody answers", {}],
    ["nobody may say", { "http://127.0.0.1:80": { ...serves, [ready]: { code: 403 } } }],
  ])("is left without one where %s", (_, agents) => {
    expect(told(agents)).toEqual({ status: 0, ready: "" });
  });
});

describe("a client agent", () => {
  const client = "is_client() { :; }";

  test.each(["no", "yes"])("leaves in order and without gates, whole=%s", (whole) => {
    const outcome = leave(client, `name=consul-1 owner=${owner} whole=${whole}`);
    expect(outcome).toEqual({ status: 0, did: stops, said: "consul-1: has left the cluster\n" });
  });
});

describe("who lets it go", () => {
  const noted = (host: Host) => existsSync(join(host.folder, "state/farewell"));

  test.each(["whole=no", "whole=yes", "teardown=yes"])(
    "another component: nothing is touched, and the status says so: %s",
    (more) => {
      const host = running();
      expect(leave("", `name=consul-1 owner=fedcba9876543210 ${more}`, host)).toEqual({
        status: 5,
        did: [],
        said: "consul-1: is project/stack/component's by now, so nothing here is touched\n",
      });
      expect(noted(host)).toBe(false);
    },
  );

  test.each([
    [5, 'owner_id() { echo "$0"; }'],
    [4, "is_another_ones() { :; }"],
  ])("looks again behind the host's lock: status %s", (status, change) => {
    const whileItWaits = `\nlock() { ${change}; }`;
    const outcome = leave(whileItWaits, `name=consul-1 owner=${owner} whole=no`);
    expect(outcome).toMatchObject({ status, did: [] });
  });

  // As its depart.sh calls it.
  const older = "name=consul-1 api=http://127.0.0.1:80 configDir=/etc/consul.d/server whole=no";

  test.each([older, "name=consul-1 farewell=yes"])(
    "a departure of 0.1.0 is refused on a host that was staged since: %s",
    (text) => {
      const host = running();
      const { status, did, said } = leave("", text, host);
      expect({ status, did }).toEqual({ status: 1, did: [] });
      expect(said).toContain("run once with nothing taken away, then again; nothing was changed");
      expect(noted(host)).toBe(false);
    },
  );

  test("a departure of 0.1.0 takes its own host off", () => {
    const host = running();
    host.run("library", "rm $OWNER");
    expect(leave("", older, host)).toMatchObject({ status: 0, did: [...gates, "stop"] });
    const told = leave("find_agent() { return 1; }", "name=consul-1 farewell=yes", host);
    expect(told.status).toBe(0);
    expect(noted(host)).toBe(true);
  });
});
