// A server that names a leader and cannot read through it does not serve: Raft goes on where gossip is broken, and with
// gossip the way to the leader (seen with a server whose datacenter was another one).
//
// Does not prove that Consul answers so: test/failures/sick has such a server.

import { describe, expect, test } from "vitest";
import type { Answer, Answers } from "../../support/curl/fakeConsul";
import { gossipKey } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";
import { agent, bodyOf } from "./answers";

const own = "http://127.0.0.1:80";
const read = "GET /v1/kv/consul-cluster/servers?raw&consistent";
const noWay: Answer = { code: 500, body: "No path to datacenter" };

/** A server of a cluster that serves; `key`: what becomes of reading a key of the leader's through it. */
function host(situation: string, key: Answer | string, more: Answers = {}): Host {
  const made = new Host();
  made.apply(made.stage(made.render()));
  made.agents = { [own]: agent("1.22.0", situation, { [read]: key, ...more }) };
  return made;
}

describe("a server serves", () => {
  const serves = (situation: string, key: Answer | string) =>
    host(situation, key).holds("library", `serves ${own}`);

  test.each<[string, Answer | string]>([
    ["the key's value", "consul-1 consul-2"],
    ["that there is no such key", { code: 404 }],
  ])("where it names a leader and brings its word: %s", (_, key) => {
    expect(serves("leader", key)).toBe(true);
    expect(serves("follower", key)).toBe(true);
  });

  test.each<[string, Answer]>([
    ["there is no way to it", noWay],
    ["it does not answer in time", { exit: 28, seconds: 60 }],
    ["it ends without an answer", { exit: 52 }],
    ["it is not understood", { code: 503, body: "?" }],
    ["it is forbidden", { code: 403, body: "Permission denied" }],
  ])("not where it names one, and %s", (_, key) => {
    expect(serves("leader", key)).toBe(false);
    expect(serves("follower", key)).toBe(false);
  });

  test("not where it names none, whatever it reads", () => {
    expect(serves("no-leader", "consul-1")).toBe(false);
    expect(new Host().holds("library", `serves ${own}`)).toBe(false);
  });

  test("the leader's own word is asked for, and not what this server remembers", () => {
    const { requests } = host("leader", "x").run("library", `serves ${own}`);
    expect(requests).toContain(read.replace("GET ", `GET ${own}`));
  });
});

describe("one that names a leader and has no way to it", () => {
  test("is not back after a change", () => {
    const call = (key: Answer | string) =>
      host("leader", key).says("library", `api=${own}; caught_up 1.22.0 '' || echo "$reason"`);
    expect(call(noWay)).toBe("it does not reach a leader");
    expect(call("consul-1")).not.toBe("it does not reach a leader");
  });

  const peers = ["http://10.0.0.12:80", "http://10.0.0.13:80"];
  const missed = { Healthy: false, SerfStatus: "failed" };
  /** What ails it, where its peers say this of it, and read so. */
  const diagnose = (key: Answer | string, told = missed, reads: (Answer | string)[] = []) => {
    const made = host("follower", key);
    const view = JSON.parse(bodyOf("1.22.0", "leader.autopilot-health"));
    for (const server of view.Servers) if (server.Name === "consul-1") Object.assign(server, told);
    const said = { "GET /v1/operator/autopilot/health": JSON.stringify(view) };
    for (const [index, peer] of peers.entries())
      made.agents[peer] = agent("1.22.0", "leader", {
        ...said,
        [read]: reads[index] ?? "consul-1",
      });
    const call = `api=${own} cluster=serving; diagnose 10; echo "$sick"`;
    return made.says("repair.sh", `${harmless(made)}\n${call}`);
  };

  const members = (alive: number[]) =>
    JSON.stringify(
      [1, 2, 3].map((n) => ({
        Name: `consul-${n}`,
        Addr: `10.0.0.1${n}`,
        Status: alive.includes(n) ? 1 : 4,
        Tags: { role: "consul", id: `id-${n}` },
      })),
    );

  /** Whom this server and its peers see a moment later. */
  type Views = { mine?: number[]; theirs?: number[] };

  // Raft goes on by the addresses that it knows, and such a server may lead.
  test.each<[string, number[] | undefined, number[], string, Views?]>([
    [
      "it sees itself alone, and the others see each other",
      [1],
      [2, 3],
      "is outside of its cluster's gossip",
    ],
    ["all see each other", [1, 2, 3], [1, 2, 3], ""],
    ["nobody sees anybody", [1], [2], ""],
    ["the others see it, and go on doing so", [1], [1, 2, 3], ""],
    // Seen: just restarted with another key, it led at once, and was found well.
    [
      "the others have not noticed yet",
      [1],
      [1, 2, 3],
      "is outside of its cluster's gossip",
      { theirs: [2, 3] },
    ],
    ["it is just joining", [1], [1, 2, 3], "", { mine: [1, 2, 3] }],
    ["it does not answer", undefined, [2, 3], ""],
  ])("%s: it serves, and it is %s", (_, mine, theirs, sick, later) => {
    const made = host("leader", "consul-1");
    const path = "GET /v1/agent/members";
    const said: Host["agents"][string] = { ...agent("1.22.0", "leader"), [read]: "consul-1" };
    /** What all see, until this server is asked once more. */
    const all = (views: Required<Views>, next?: Host["agents"]) => ({
      [own]: {
        ...said,
        [path]: views.mine.length > 0 ? { body: members(views.mine), next } : { code: 429 },
      },
      ...Object.fromEntries(
        peers.map((peer) => [peer, { ...said, [path]: members(views.theirs) }]),
      ),
    });
    const first = { mine: mine ?? [], theirs };
    made.agents = all(first, later && all(first, all({ ...first, ...later })));
    const call = `api=${own} cluster=serving; diagnose 10; echo "$sick"`;
    expect(made.says("repair.sh", `${harmless(made)}\n${call}`)).toBe(sick);
  });

  describe("that leads alone in its gossip", () => {
    const otherKey = Buffer.alloc(32, "other").toString("base64");
    /** The keyrings of both pools, in which this many members use the key. */
    const keyring = (key: string, members: number) =>
      JSON.stringify(
        [true, false].map((WAN) => ({
          ...{ WAN, Datacenter: "dc1", Segment: "", NumNodes: members },
          Keys: { [key]: members },
          PrimaryKeys: { [key]: members },
        })),
      );
    const raft = "GET /v1/operator/raft/configuration?stale";
    const servers = (...numbers: number[]) =>
      JSON.stringify({
        Servers: numbers.map((n) => ({
          ...{ ID: `id-${n}`, Node: `consul-${n}`, Voter: true },
          Address: `10.0.0.1${n}:8300`,
        })),
      });
    /** It leads, sees itself alone, and uses another key; its peers see these, and use this key. */
    const outsider = (theirs: number[], theirKey: string, lost?: Answer) => {
      const made = host("leader", "consul-1", {
        "GET /v1/agent/members": members([1]),
        "GET /v1/operator/keyring": keyring(otherKey, 1),
        [raft]: servers(1, 2, 3),
      });
      for (const peer of peers)
        made.agents[peer] = agent("1.22.0", "leader", {
          [read]: noWay,
          "GET /v1/agent/members": members(theirs),
          "GET /v1/operator/keyring": lost ?? keyring(theirKey, theirs.length),
          [raft]: servers(1, 2, 3),
        });
      return made;
    };
    const isStale = (made: Host, more = "") =>
      made.holds("library", `api=${own} via=${own}; POOL_SAYS_S=0; ${more} keyring_is_stale`);

    test("its keyring is a mistake where its peers' pool says so, whatever it says itself", () => {
      expect(isStale(outsider([2, 3], gossipKey))).toBe(true);
      expect(isStale(outsider([2, 3], otherKey))).toBe(false);
    });

    test("its own record is asked where no peer is in the pool of most, or none says what the key is", () => {
      for (const differs of [true, false]) {
        const record = `differs() { ${differs}; };`;
        expect(isStale(outsider([2], gossipKey), record)).toBe(!differs);
        expect(isStale(outsider([2, 3], gossipKey, { exit: 28 }), record)).toBe(!differs);
      }
    });

    test("who is in its pool is asked of a peer: it has met nobody", () => {
      const asked = (made: Host) =>
        made.says("library", `api=${own}; find_agent_in_pool; echo "$via"`);
      expect(asked(outsider([2, 3], gossipKey))).toBe(peers[0]);
      // Where no peer is in the pool of most, it is as ever.
      expect(asked(outsider([2], gossipKey))).toBe(own);
    });

    test("a rotation is refused as long as there is one, by itself and by the others", () => {
      // By another server: it is in the pool, and the leader is not.
      const refused = (made: Host) =>
        made.run("library", `api=${own}; find_agent_in_pool; refuse_while_a_member_is_down`);
      expect(refused(outsider([2, 3], gossipKey)).stderr).toMatch(/is away: consul-1 \(down\)/);
      const made = outsider([2, 3], gossipKey);
      const result = made.run(
        "stage-config.sh",
        `${harmless(made)}\napi=${own} untouched=nothing; uses_staged_key() { return 1; }; secrets=other; runs() { :; }; check_gossip_key`,
      );
      expect(result.stderr).toMatch(/has another gossip key than its cluster.*rotate after that/);
    });

    test("nor where a pool has never met a server that votes: two of three may have the other key", () => {
      // The third one leads: they have no way to it.
      const pair = host("follower", noWay, {
        "GET /v1/agent/members": JSON.stringify(JSON.parse(members([1, 2, 3])).slice(0, 2)),
        [raft.replace("?stale", "")]: noWay,
        [raft]: servers(1, 2, 3),
      });
      const call = `${harmless(pair)}\napi=${own} untouched=nothing; uses_staged_key() { return 1; }; runs() { :; }
        secrets=$(desired_part secrets "$APPLIED"); check_gossip_key`;
      const { status, stderr } = pair.run("stage-config.sh", call);
      expect(status).toBe(1);
      expect(stderr).toMatch(/has never met 10\.0\.0\.13:8300, which votes.*remove .*keyring/);
    });

    test("it is not back, though it says of itself that it is a healthy voter", () => {
      const call = `api=${own} release=1.22.0; caught_up() { :; }; is_back || echo "$reason"`;
      const said = (made: Host) => made.says("repair.sh", `${harmless(made)}\n${call}`);
      expect(said(outsider([2, 3], gossipKey))).toBe(
        "gossip here does not have most servers for alive",
      );
      const back = outsider([2, 3], gossipKey);
      Object.assign(back.agents[own] as Answers, { "GET /v1/agent/members": members([1, 2]) });
      expect(said(back)).toBe("");
      // Of those that Raft has, not of those that the settings name: a run may have more of them come.
      Object.assign(back.agents[own] as Answers, {
        "GET /v1/agent/members": members([1]),
        [raft]: servers(1),
      });
      expect(said(back)).toBe("");
    });
  });

  test("is sick, and one that has is not", () => {
    expect(diagnose(noWay)).toBe("cannot reach the leader that its cluster has");
    expect(diagnose("consul-1")).toBe("");
    // No answer makes nobody sick, as of an agent that too much is asked of: the others have to say so, and most to serve.
    const full: Answer = { code: 429 };
    expect(diagnose(full, { Healthy: true, SerfStatus: "alive" })).toBe("");
    expect(diagnose(full, missed, ["consul-1", full])).toBe("");
  });

  describe("where the peers' HTTP is closed to other hosts, what they do not say is no evidence", () => {
    const diagnoseClosed = (key: Answer | string) => {
      const made = new Host();
      made.apply(made.stage(made.render({ addresses: { http: "127.0.0.1" } })));
      made.agents = { [own]: agent("1.22.0", "follower", { [read]: key }) };
      const call = `api=${own} cluster=serving; diagnose 10; echo "$sick"`;
      return made.says("repair.sh", `${harmless(made)}\n${call}`);
    };

    test("one that is well stays so, and one that is not is no other's word", () => {
      expect(diagnoseClosed("consul-1")).toBe("");
      expect(diagnoseClosed(noWay)).toBe("");
    });
  });
});
