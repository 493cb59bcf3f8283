// What a host takes for a cluster: only evidence makes "there is none". The answers are recorded ones, the hosts' silence is
// not.
//
// Does not prove that a run does the right thing with it: test/changes sees that on machines.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import type { Agents } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";
import { agent, releases } from "./answers";

const own = "http://127.0.0.1:80";
const peer = (number: number, port = 80) => `http://10.0.0.${number}:${port}`;
const raft = (number: number) => peer(number, 8300);

/** A host where this set runs, or shall run for the first time. */
function host(
  agents: Agents,
  { applied = {}, staged = {} }: { applied?: PlainArgs | null; staged?: PlainArgs } = {},
) {
  const made = new Host();
  made.stage(made.render(staged));
  if (applied !== null) made.apply(made.render(applied));
  made.agents = agents;
  return made;
}

describe.each(releases)("is there a cluster? Consul %s", (release) => {
  const as = (situation: string) => agent(release, situation);
  const assess = (
    agents: Agents,
    { data = false, runs = true, applied = {} as PlainArgs | null } = {},
  ) => {
    const made = host(agents, { applied });
    if (data) made.write("data/raft/raft.db", "x");
    if (!runs) made.service.MainPID = 0;
    return made.says(
      "library",
      `reason=''; find_own_agent || :; assess_cluster; echo "$cluster: $reason"`,
    );
  };
  const refusing = { [raft(12)]: "refused", [raft(13)]: "refused" } as const;
  const silent = {
    [peer(12)]: "silent",
    [peer(13)]: "silent",
    [raft(12)]: "silent",
    [raft(13)]: "silent",
  } as const;

  test("serving: somebody names a leader", () => {
    expect(assess({ [own]: as("leader") })).toBe("serving: ");
    expect(assess({ [own]: as("no-leader"), [peer(13)]: as("follower") })).toBe("serving: ");
    expect(assess({ [peer(13)]: as("anonymous-follower") })).toBe("serving: ");
  });

  test("too many requests (429) are no answer, and a process that does not answer is no sign that nothing runs", () => {
    const full = Object.fromEntries(Object.keys(as("leader")).map((path) => [path, { code: 429 }]));
    for (const more of [refusing, silent])
      expect(assess({ [own]: full, ...more }, { data: true })).toBe(
        `unknown: Consul runs on this host and does not answer at ${own}`,
      );
    const said = host({ [own]: full }).says(
      "library",
      `status=0; ask ${own} /v1/agent/reload -X PUT || status=$?; echo "$status"`,
    );
    expect(said.trim().split("\n").at(-1)).toBe("4");
  });

  test("leaderless: this server, or a peer, was elected once", () => {
    expect(assess({ [own]: as("no-leader") }, { data: true })).toBe("leaderless: ");
    expect(assess({ [own]: as("restarted-no-leader") }, { data: true })).toBe("leaderless: ");
    expect(assess({ [peer(12)]: as("no-leader") }, { runs: false })).toBe("leaderless: ");
    expect(assess({ [own]: as("waiting"), [peer(12)]: as("restarted-no-leader") })).toBe(
      "leaderless: ",
    );
    // It needs no right to tell.
    expect(assess({ [peer(12)]: as("anonymous-no-leader") }, { runs: false })).toBe("leaderless: ");
  });

  test("forming: no data here, and every peer's host says that nothing was elected there", () => {
    expect(
      assess({ [own]: as("waiting"), [peer(12)]: as("waiting"), [peer(13)]: as("waiting") }),
    ).toBe("forming: ");
    expect(assess(refusing, { runs: false, applied: null })).toBe("forming: ");
    expect(
      assess({ [peer(12)]: as("waiting"), [raft(13)]: "refused" }, { runs: false, applied: null }),
    ).toBe("forming: ");
    expect(
      assess(
        { [peer(12)]: as("anonymous-waiting"), [raft(13)]: "refused" },
        { runs: false, applied: null },
      ),
    ).toBe("forming: ");
  });

  test("no answer is no evidence: who does not answer is named", () => {
    const fresh = { runs: false, applied: null };
    expect(assess(silent, fresh)).toMatch(/^unknown: the host 10\.0\.0\.1[23] does not answer$/);
    expect(
      assess({ [raft(12)]: "refused", [raft(13)]: "silent", [peer(13)]: "silent" }, fresh),
    ).toMatch(/^unknown: the host 10\.0\.0\.13 does not answer$/);
    // It runs, and its HTTP is closed or does not answer.
    const open = { [raft(12)]: { "*": { exit: 52 } }, [raft(13)]: "refused" as const };
    expect(assess(open, fresh)).toMatch(
      /^unknown: the server at 10\.0\.0\.12 runs and does not say/,
    );
    const confused = {
      [peer(12)]: { "GET /v1/status/leader": '""', "*": { code: 500, body: "?" } },
    };
    expect(assess({ ...confused, [raft(13)]: "refused" }, fresh)).toMatch(
      /^unknown: http:\/\/10\.0\.0\.12:80 does not say/,
    );
  });

  test("an own agent that may not tell whether it was elected is not waiting for that", () => {
    // 403 for agent/self, as to a caller without a token.
    const found = assess({ [own]: as("anonymous-waiting"), ...refusing }, { data: true });
    expect(found).not.toMatch(/^forming/);
  });

  test("stopped: data here, nothing runs here, and no peer says otherwise", () => {
    expect(assess(refusing, { data: true, runs: false })).toBe("stopped: ");
    expect(assess(silent, { data: true, runs: false })).toMatch(/^stopped: /);
  });

  test("an agent that runs and does not answer is no proof that there is none", () => {
    expect(assess({ ...refusing, [own]: "silent" }, { data: true })).not.toMatch(/^forming/);
  });
});
