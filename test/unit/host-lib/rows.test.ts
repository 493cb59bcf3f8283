// What the library makes of what real agents said, of both releases: rows, or one of the reasons for which there are
// none.
//
// Does not prove that later releases answer so: a new one is recorded (record.ts) and joins the list.

import { describe, expect, test } from "vitest";
import { type Answers, fakeConsul } from "../../support/curl/fakeConsul";
import { library, runShell } from "../support/shell";
import { agent, recorded, releases } from "./answers";
import { readings } from "./documents";

const api = "http://127.0.0.1:8500";
const [yes, no, none, forbidden, unclear] = [0, 1, 2, 3, 4];

const place = (number: number) => `127.0.78.1${number}`;
const id = (number: number) => `00000000-0000-4000-8000-00000000001${number}`;

/** What a call says of an agent that answers so: its status, and what it prints. */
function asked(answers: Answers, call: string): [status: number | null, ...rows: string[]] {
  const { bin } = fakeConsul({ [api]: answers });
  const { status, stdout } = runShell(`${library}\napi=${api} via=${api}\n${call}`, [], { bin });
  return [status, ...stdout.split("\n").slice(0, -1)];
}

describe.each(releases)("%s", (release) => {
  const of = (situation: string, call: string) => asked(agent(release, situation), call);
  const rows = (...made: string[]) => [yes, ...made];

  test("the leader: a name, nobody, or no answer", () => {
    const leader = (situation: string) => of(situation, 'leader_of "$api"');
    const [, named] = leader("leader");
    expect(named).toMatch(/^127\.0\.78\.1[123]:8300$/);
    for (const situation of ["follower", "client", "anonymous-leader", "wrong-token"])
      expect(leader(situation)[0]).toBe(yes);
    for (const situation of ["waiting", "no-leader", "restarted-no-leader", "anonymous-no-leader"])
      expect(leader(situation)).toEqual(rows(""));
    expect(leader("client-no-leader")).toEqual(rows(""));
    // A client without a server has nobody to ask.
    expect(leader("client-alone")[0]).toBe(unclear);
  });

  test("whether somebody leads is a question", () => {
    const leads = (situation: string) => of(situation, 'names_a_leader "$api"')[0] === yes;
    expect(leads("leader")).toBe(true);
    for (const situation of ["waiting", "no-leader", "client-no-leader", "client-alone"])
      expect(leads(situation)).toBe(false);
  });

  test("Raft's peers: of a server that was ever elected, and none of one that waits for that", () => {
    const peers = (situation: string) => of(situation, 'raft_peers_of "$api" | sort');
    expect(peers("waiting")).toEqual(rows());
    expect(peers("anonymous-waiting")).toEqual(rows());
    const all = rows(...[1, 2, 3].map((number) => `${place(number)}:8300`));
    for (const situation of ["leader", "no-leader", "restarted-no-leader", "anonymous-no-leader"])
      expect(peers(situation)).toEqual(all);
  });

  describe("members", () => {
    const members = (situation: string, query = "") =>
      of(situation, `members_of "$api" '${query}' | sort`);
    const member = (number: number, status = 1, suffix = "") =>
      `consul-${number}${suffix} ${status} server ${id(number)} ${place(number)}`;
    const web = (number: number, status: number) =>
      `web-${number} ${status} client 00000000-0000-4000-8000-00000000002${number} 127.0.78.2${number}`;

    test("servers and clients, of this datacenter and of all", () => {
      const three = [1, 2, 3].map((number) => member(number));
      expect(members("leader")).toEqual(rows(...three));
      expect(members("leader", "?wan=1")).toEqual(
        rows(...[1, 2, 3].map((number) => member(number, 1, ".dc1"))),
      );
      expect(members("clients")).toEqual(rows(...three, web(1, 1), web(2, 1)));
      expect(members("client-left")).toEqual(rows(...three, web(1, 1), web(2, 3)));
      expect(members("client-failed")).toEqual(rows(...three, web(1, 4), web(2, 3)));
    });

    test("of a server that is away, and of one that has nobody yet", () => {
      const view = members("one-down").slice(1);
      expect(view.filter((row) => String(row).split(" ")[1] === "4")).toHaveLength(1);
      expect(members("waiting")).toEqual(rows(member(1)));
    });

    test("a list that was withheld is no list of nobody", () => {
      for (const situation of ["anonymous-leader", "anonymous-no-leader", "anonymous-waiting"])
        expect(of(situation, 'members_of "$api"')).toEqual([forbidden]);
      expect(of("wrong-token", 'members_of "$api"')).toEqual([forbidden]);
    });
  });

  test("nodes of the catalog: which of them says that it talks TLS; a list that was withheld is none", () => {
    const nodes = of("clients-by-tls", 'nodes_of "$api" | sort');
    expect(nodes).toEqual(
      rows(
        ...[1, 2, 3].map((number) => `consul-${number} ${id(number)} - -`),
        "web-1 00000000-0000-4000-8000-000000000021 auto-encrypt -",
        "web-2 00000000-0000-4000-8000-000000000022 - -",
      ),
    );
    expect(of("anonymous-clients-by-tls", 'nodes_of "$api"')).toEqual([forbidden]);
  });

  test("client agents by their TLS, where the catalog and the pool are known", () => {
    const clients = (situation: string) => of(situation, "clients_by_tls | sort");
    expect(clients("clients-by-tls")).toEqual(rows("web-1 tls alive -", "web-2 plain alive -"));
    expect(of("anonymous-clients-by-tls", "clients_by_tls")).toEqual([forbidden]);
    // Where there is no client nobody asks for the catalog.
    expect(of("leader", "clients_by_tls")).toEqual(rows());
    const withheld = agent(release, "clients-by-tls", {
      "GET /v1/catalog/nodes?consistent": "[]",
    });
    expect(asked(withheld, "clients_by_tls")).toEqual([forbidden]);
  });

  test("autopilot's view: every server, also one that has no name any more, or no vote yet", () => {
    const view = (situation: string) => of(situation, 'autopilot_of "$api" | sort');
    const server = (number: number, words = "true true alive") =>
      `consul-${number} ${words} ${place(number)}:8300 ${id(number)} ${release}`;
    expect(view("leader")).toEqual(rows(...[1, 2, 3].map((number) => server(number))));
    const down = view("one-down").slice(1).map(String);
    expect(down).toHaveLength(3);
    expect(down.filter((row) => / true true alive /.test(row))).toHaveLength(2);
    expect(down.filter((row) => / false true failed /.test(row))).toHaveLength(1);
    const unknown = view("unknown-server").slice(1).map(String);
    expect(unknown).toHaveLength(3);
    expect(unknown.find((row) => row.includes(id(3)))).toMatch(/^\S+ false /);
    const joining = view("joining").slice(1).map(String);
    expect(joining.find((row) => row.startsWith("consul-4 "))).toMatch(
      /^consul-4 \S+ false alive /,
    );
  });

  test("Raft's configuration: every server, also one that has no name any more, or no vote yet", () => {
    const raft = (situation: string, query = "") =>
      of(situation, `raft_of "$api" '${query}' | sort`);
    const server = (number: number, name = `consul-${number}`, votes = "true") =>
      `${name} ${id(number)} ${votes} ${place(number)}:8300`;
    const three = [1, 2, 3].map((number) => server(number));
    expect(raft("leader")).toEqual(rows(...three));
    expect(raft("follower", "?stale")).toEqual(rows(...three));
    expect(raft("one-down")).toEqual(rows(...three));
    const unknown = [server(3, "(unknown)"), server(1), server(2)];
    expect(raft("unknown-server").slice(1).sort()).toEqual(unknown.sort());
    expect(raft("joining")).toContain(server(4, "consul-4", "false"));
  });

  test.each([
    ["autopilot_of", '"$api"'],
    ["raft_of", '"$api"'],
    ["kv_get", '"$api" consul-cluster/servers'],
    ["read_self", '"$api"'],
    ["kv_put", '"$api" consul-cluster/canary "a canary"'],
  ])("%s: where it is forbidden that is said, and is neither yes nor no", (reader, words) => {
    for (const situation of ["anonymous-leader", "anonymous-follower", "wrong-token"]) {
      const [status] = of(situation, `${reader} ${words}`);
      if (reader === "kv_put") expect(status).not.toBe(yes);
      else expect([reader, situation, status]).toEqual([reader, situation, forbidden]);
    }
  });

  test("where there is no leader, what asks for it gets no answer, or none that is understood", () => {
    const readers = ["autopilot_of", "raft_of", "kv_get"].map((reader) => `${reader} "$api"`);
    for (const situation of ["waiting", "no-leader", "restarted-no-leader"])
      for (const call of [...readers.slice(0, 2), 'kv_get "$api" consul-cluster/servers'])
        expect([none, unclear]).toContain(of(situation, call)[0]);
  });

  test("a value of Consul's, and one that is not there", () => {
    const get = (key: string) => of("leader", `kv_get "$api" ${key}`);
    expect(of("leader", 'kv_get "$api" consul-cluster/servers; echo')).toEqual(
      rows("consul-1 consul-2 consul-3"),
    );
    expect(get("consul-cluster/nothing")).toEqual([no]);
    expect(of("leader", 'kv_put "$api" consul-cluster/canary "a canary"')).toEqual([yes]);
  });

  test("the lock: free, held, refused", () => {
    const session = (number: number) => `00000000-0000-4000-8000-0000000000a${number}`;
    const lock = "consul-cluster/lock";
    const held = { [`GET /v1/kv/${lock}?consistent`]: recorded(release, "lock-held.kv-found") };
    const holder = `kv_holder "$api" ${lock}`;
    expect(asked(held, holder)).toEqual(rows(session(1)));
    const free = { [`GET /v1/kv/${lock}?consistent`]: recorded(release, "leader.kv-found") };
    expect(asked(free, holder)).toEqual(rows(""));
    const gone = { [`GET /v1/kv/${lock}?consistent`]: recorded(release, "leader.kv-missing") };
    expect(asked(gone, holder)).toEqual([no]);
    const acquire = (situation: string, number: number) =>
      of(situation, `kv_put "$api" ${lock} holder "?acquire=${session(number)}"`)[0];
    expect(acquire("lock-free", 1)).toBe(yes);
    expect(acquire("lock-held", 2)).not.toBe(yes);
  });

  test("what an agent says of itself: a server, a client, one that was never elected", () => {
    const self = (situation: string) => of(situation, readings.read_self.replace("x", '"$api"'));
    expect(self("leader")[1]).toMatch(new RegExp(`^${release} \\S{36} Leader (\\d+) \\1 0 \\d+$`));
    expect(self("follower")[1]).toMatch(/ Follower (\d+) (\d+) [0-9.]+[mµ]s \d+$/);
    expect(self("waiting")[1]).toMatch(/ Follower 0 0 never 0$|Follower \d+ \d+ \S+ 0$/);
    expect(self("no-leader")[1]).toMatch(/ (Follower|Candidate) \d+ \d+ \S+ [1-9]\d*$/);
    expect(self("restarted-no-leader")[1]).toMatch(/ (Follower|Candidate) \d+ \d+ \S+ [1-9]\d*$/);
    expect(self("client")[1]).toMatch(/ - - - - -$/);
  });

  test("what is not known of an agent is a dash, and not what was known of the last one", () => {
    const answers = { "GET /v1/agent/self": recorded(release, "anonymous-leader.self") };
    const call =
      'self_node=old; read_self "$api" || echo "$self_version $self_node $self_last_log"';
    expect(asked(answers, call)).toEqual(rows("- - -"));
  });

  test("the keyring, at each step of a rotation: of a pool its members, who has the key, who uses it, how many keys", () => {
    const state = (situation: string, key: string) =>
      of(
        situation,
        `echo '${key}' >/tmp/key.$$; keyring_state /tmp/key.$$; s=$?; rm /tmp/key.$$; exit $s`,
      );
    const [first, second] = [
      "a/dummy+gossip+key/the/first+++//no+secret0=",
      "a/dummy+gossip+key/the/second++//no+secret0=",
    ];
    expect(state("leader", first)).toEqual(rows("3 3 3 1", "3 3 3 1"));
    expect(state("leader", second)).toEqual(rows("3 0 0 1", "3 0 0 1"));
    expect(state("two-keys-old-used", second).slice(1)).toEqual(
      expect.arrayContaining(["3 3 0 2"]),
    );
    expect(state("two-keys-new-used", second).slice(1)).toEqual(
      expect.arrayContaining(["3 3 3 2"]),
    );
    expect(state("new-key", second).slice(1)).toEqual(expect.arrayContaining(["3 3 3 1"]));
    // A member that is down lets the agent wait for seconds, and then all of it is an error.
    expect([none, unclear]).toContain(state("one-down", first)[0]);
    expect(state("anonymous-leader", first)).toEqual([forbidden]);
  });
});
