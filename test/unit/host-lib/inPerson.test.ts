// Whether the cluster is well is asked of each server in person: autopilot's view of them is seconds old (a wiped server passed it
// at once). The answers are recorded ones, with what is changed in them said here.
//
// Does not prove that two looks a heartbeat timeout apart suffice: test/changes restarts servers under load by it.

import { describe, expect, test } from "vitest";
import type { Agents, Answers } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";
import { agent, bodyOf, releases } from "./answers";

const ip = (number: number) => `127.0.78.1${number}`;
const place = (number: number) => `${ip(number)}:8300`;
const own = "http://127.0.0.1:80";
const api = (number: number) => (number === 1 ? own : `http://${ip(number)}:80`);

interface Self {
  state?: string;
  term?: string;
  applied_index?: string;
  commit_index?: string;
  last_contact?: string;
  latest_configuration?: string;
  leader?: string;
}

describe.each(releases)("Consul %s", (release) => {
  /** What the server says of itself: the first leads. */
  const self = (number: number, { leader = place(1), ...raft }: Self = {}) => {
    const said = JSON.parse(bodyOf(release, number === 1 ? "leader.self" : "follower.self"));
    said.Stats.consul.leader_addr = leader;
    Object.assign(said.Stats.raft, { applied_index: "40", commit_index: "40" }, raft);
    return JSON.stringify(said);
  };

  const answersOf = (number: number, said?: Self, more: Answers = {}): Answers =>
    agent(release, number === 1 ? "leader" : "follower", {
      "GET /v1/agent/self": self(number, said),
      ...more,
    });

  /** One look by the first of three servers. `changed`: what one of them says in another way; `silent`: who does not answer over HTTP. */
  const look = (
    changed: Record<number, Self> = {},
    {
      more = {},
      silent = [] as number[],
      except = "''",
      before = "",
      first = ":",
    }: {
      more?: Answers;
      silent?: number[];
      except?: string;
      before?: string;
      first?: string;
    } = {},
  ) => {
    const host = new Host();
    host.apply(host.stage(host.render()));
    const facts = host
      .read("state/facts")
      .replace(/^raft_address=.*/m, `raft_address=${place(1)}`)
      .replace(/^address=.*/m, `address=${ip(1)}`)
      .replace(/^peers=.*/m, `peers=${ip(2)},${ip(3)}`);
    host.write("state/facts", facts);
    host.write("state/staged/config/facts", facts);
    host.agents = Object.fromEntries(
      [1, 2, 3].map((number): [string, Agents[string]] => [
        api(number),
        silent.includes(number)
          ? "silent"
          : answersOf(number, changed[number], number === 1 ? more : {}),
      ]),
    );
    const { stdout, status, stderr, requests } = host.run(
      "library",
      `${first}; api=${own}; answers_gossip() { :; }; probe() { echo open; }; look ${except} '' '${before}'; echo "$reason"; echo "$seen"`,
    );
    expect([status, stderr]).toEqual([0, ""]);
    const [reason = "", ...seen] = stdout.trimEnd().split("\n");
    const asksAutopilot = requests.some((line) => line.includes("/autopilot/"));
    return { reason, seen: seen.filter((line) => line !== ""), asksAutopilot };
  };

  test("three that say themselves that all is well are; nobody asks autopilot", () => {
    const { reason, seen, asksAutopilot } = look();
    expect([reason, seen.length, asksAutopilot]).toEqual(["", 3, false]);
    expect(seen[0]).toMatch(
      /^127\.0\.78\.11:8300 Leader 2 40 40 0 127\.0\.78\.11:8300 true same consul-1$/,
    );
  });

  test("whatever files are in the folder in which the script stands", () => {
    const first = 'mkdir "$STATE/here"; cd "$STATE/here"; touch S 1';
    expect(look({}, { first })).toMatchObject({ reason: "", asksAutopilot: false });
  });

  test("where one cannot be asked, autopilot is", () => {
    expect(look({}, { silent: [3] })).toEqual({ reason: "", seen: [], asksAutopilot: true });
  });

  test.each<[string, Record<number, Self>, RegExp]>([
    [
      "a candidate",
      { 2: { state: "Candidate" } },
      /^consul-2 at \S+ is a candidate, and neither leads nor follows$/,
    ],
    [
      "one that names another leader",
      { 3: { leader: place(3) } },
      /^the servers name different leaders: \S+:8300 \S+:8300$/,
    ],
    [
      "one that names none",
      { 3: { leader: "" } },
      /^the servers name different leaders: \S+ none$/,
    ],
    [
      "one in another term",
      { 2: { term: "3" } },
      /^the servers are in different terms of Raft: 2 and 3|3 and 2$/,
    ],
    [
      "one that has heard nothing of its leader",
      { 2: { last_contact: "never" } },
      /^consul-2 at \S+ last heard of its leader never$/,
    ],
    [
      "one that has not heard of it for long",
      { 2: { last_contact: "731.5ms" } },
      /last heard of its leader 731\.5ms ago$/,
    ],
    [
      "a wiped one, which knows nobody",
      { 2: { latest_configuration: "[]" } },
      /^consul-2 at \S+ has other members in Raft/,
    ],
    [
      "two that lead",
      { 2: { state: "Leader" } },
      /^consul-2 at \S+ calls itself leader, and names 127\.0\.78\.11:8300/,
    ],
  ])("not well: %s", (_, changed, message) => {
    expect(look(changed).reason).toMatch(message);
  });

  test("what is no list of members is no answer in person", () => {
    const odd = { 2: { latest_configuration: "{Suffrage:Voter}" } };
    expect(look(odd)).toMatchObject({ seen: [], asksAutopilot: true });
  });

  test("one that does not vote, or that gossip has for gone, is not well, however it answers", () => {
    const raft = JSON.parse(bodyOf(release, "leader.raft-configuration"));
    for (const server of raft.Servers) if (server.Node === "consul-2") server.Voter = false;
    expect(
      look({}, { more: { "GET /v1/operator/raft/configuration": JSON.stringify(raft) } }).reason,
    ).toMatch(/^consul-2 at \S+ does not vote$|has other members/);
    const members = JSON.parse(bodyOf(release, "leader.members"));
    for (const member of members) if (member.Name === "consul-3") member.Status = 4;
    expect(look({}, { more: { "GET /v1/agent/members": JSON.stringify(members) } }).reason).toMatch(
      /^consul-3 at \S+ is not alive among the members that gossip knows$/,
    );
  });

  test("whose own state does not matter is not asked", () => {
    expect(look({ 3: { state: "Candidate" } }, { except: "consul-3" })).toMatchObject({
      reason: "",
    });
    const { seen } = look({}, { except: "consul-1" });
    expect(seen.map((line) => line.split(" ").at(-1)).sort()).toEqual(["consul-2", "consul-3"]);
  });

  describe("a moment later", () => {
    const seen = (change = (text: string) => text) => change(look().seen.join("\n"));

    test("the same leader in the same term, and whoever follows has what was committed", () => {
      const before = seen();
      expect(look({}, { before }).reason).toBe("");
      const further = { applied_index: "55", commit_index: "55" };
      expect(look({ 1: further, 2: further }, { before }).reason).toBe("");
    });

    test.each<[string, (before: string) => string, RegExp]>([
      [
        "an election that nobody saw",
        (before) => before.replaceAll("er 2 40", "er 1 40"),
        /^another leader was elected a moment ago$/,
      ],
      [
        "another leader",
        (before) => before.replaceAll("127.0.78.11:8300 true", "127.0.78.12:8300 true"),
        /^another leader was elected a moment ago$/,
      ],
      [
        "one that does not keep up",
        (before) => before.replaceAll("40 40", "41 41"),
        /has applied 40 of 41, which was committed a moment ago$/,
      ],
      [
        "one that was not there",
        (before) => before.replace(/\n.*$/, ""),
        /was not there a moment ago$/,
      ],
    ])("not well: %s", (_, change, message) => {
      expect(look({}, { before: seen(change) }).reason).toMatch(message);
    });
  });
});

test("the time between two looks, and since a leader was heard of, is longer with a larger raft_multiplier, of what runs or will", () => {
  const host = new Host();
  host.apply(host.stage(host.render({ performance: { raftMultiplier: 5 } })));
  expect(host.says("library", "raft_multiplier; sleep() { echo $1; }; wait_a_heartbeat")).toBe(
    "5\n5.1",
  );
  host.stage(host.render());
  expect(host.says("library", "raft_multiplier")).toBe("5");
  const plain = new Host();
  plain.apply(plain.stage(plain.render()));
  expect(plain.says("library", "sleep() { echo $1; }; wait_a_heartbeat")).toBe("1.1");
  const contact = "a:1 Leader 2 4 4 0 a:1 true same a\nb:1 Follower 2 4 4 900ms a:1 true same b";
  expect(host.says("library", `sight_problem '${contact}' ''`)).toBe("");
  expect(plain.says("library", `sight_problem '${contact}' ''`)).toBe(
    "b at b:1 last heard of its leader 900ms ago",
  );
});

describe("right after another one has passed, two looks without a pause", () => {
  const quick = (looks: string) => {
    const host = new Host();
    const call = `t=0; look() { t=$((t + 1)); reason='' seen=''; ${looks}; echo "look, before: $3"; }
      if well_in_person consul-1; then echo well; else echo "not: $reason"; fi`;
    return host.says("library", call).split("\n");
  };

  test("the second one sees who gets nothing of what is committed", () => {
    expect(quick("seen=sight-$t")).toEqual(["look, before: ", "look, before: sight-1", "well"]);
    expect(
      quick('seen=all; if [ "$t" = 2 ]; then reason="consul-3 has applied 3 of 9"; fi'),
    ).toEqual(["look, before: ", "look, before: all", "not: consul-3 has applied 3 of 9"]);
  });

  test("they are none where somebody cannot be asked, or is not well: then the whole gate is passed", () => {
    expect(quick(":")).toEqual(["look, before: ", "not: "]);
    expect(quick('if [ "$t" = 1 ]; then seen=all; fi').at(-1)).toBe("not: ");
    expect(quick("reason='consul-2 is away'")).toEqual(["look, before: ", "not: consul-2 is away"]);
  });

  test("the gate that is passed by it waits for nothing", () => {
    const gate = (well: number) => {
      const host = new Host();
      const call = `just_passed() { :; }; well_in_person() { return ${well}; }; wait_until_well() { echo "the whole gate"; }
        find_agent() { via=x; }; require_quorum_without_self() { :; }; save_snapshot() { echo snapshot; }
        gate_before_restart "not restarted"`;
      return host.says("library", call);
    };
    expect(gate(0)).toBe("snapshot");
    expect(gate(1)).toBe("the whole gate\nsnapshot");
  });
});

test("where a server cannot be asked, it takes a connection at its place in Raft at least", () => {
  const host = new Host();
  host.apply(host.stage(host.render()));
  const rows = "consul-2 id true 10.0.0.12:8300\nconsul-3 id true 10.0.0.13:8300";
  const look = (views: string) =>
    host.says("library", `probe() { echo silent; }; cut_off_peers '${rows}' '${views}'`);
  expect(look("10.0.0.12 http://10.0.0.12:80 10.0.0.11:8300\n10.0.0.13 - -")).toBe(
    "consul-3 takes no connection at 10.0.0.13:8300, its place in Raft",
  );
  expect(look("10.0.0.12 http://a b\n10.0.0.13 http://a b")).toBe("");
});

describe("a gate", () => {
  const gate = (looks: string, limit = 3) => {
    const host = new Host();
    const call = `n=1000; now_s() { echo $n; }; sleep() { echo "sleeps $1"; n=$((n + 1)); }; t=0
      look() { t=$((t + 1)); reason='' seen=''; ${looks}; echo "look, before: \${3:+seen}"; }
      if wait_until_well ${limit} consul-1; then echo well; else echo "not: $reason"; fi`;
    return host.says("library", call).split("\n");
  };

  test("is two looks in person, a heartbeat timeout apart", () => {
    expect(gate("seen=all")).toEqual([
      "look, before: ",
      "sleeps 1.1",
      "look, before: seen",
      "well",
    ]);
  });

  test("is three looks by autopilot where somebody cannot be asked, over 10 s", () => {
    const said = gate(":");
    expect(said.filter((line) => line.startsWith("look"))).toHaveLength(3);
    expect(said.filter((line) => line.startsWith("sleeps"))).toEqual(["sleeps 5.2", "sleeps 5.2"]);
  });

  test("begins anew where something was not well in between, or somebody could not be asked any more", () => {
    const broken = gate('seen=all; if [ "$t" = 2 ]; then reason="an election"; fi', 9);
    expect(broken.filter((line) => line.startsWith("look"))).toHaveLength(4);
    expect(broken.at(-1)).toBe("well");
    const closed = gate('if [ "$t" = 1 ]; then seen=all; fi', 9);
    expect(closed.filter((line) => line.startsWith("look"))).toHaveLength(4);
  });

  test("tells what is not well when its time has passed", () => {
    expect(gate("reason='consul-2 is away'").at(-1)).toBe("not: consul-2 is away");
  });
});
