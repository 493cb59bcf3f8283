// Whether a cluster is well, and may do without a server: what is not understood, forbidden or missing is not well. The
// answers are recorded ones.
//
// Does not prove that Consul's own view is true: it is asked in person, too, and machines in the lab show both.

import { describe, expect, test } from "vitest";
import type { Agents, Answer } from "../../support/curl/fakeConsul";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";
import { agent, bodyOf } from "./answers";

const own = "http://127.0.0.1:80";
const peer = (number: number, port = 80) => `http://10.0.0.${number}:${port}`;

/** A host where a server of three runs. */
function host(agents: Agents): Host {
  const made = new Host();
  made.apply(made.stage(made.render()));
  made.agents = agents;
  return made;
}

describe("is it well?", () => {
  const release = "1.22.0";
  const problem = (answers: string | Agents[string], peers: Agents = {}, except = "") => {
    const answering = typeof answers === "string" ? agent(release, answers) : answers;
    // Whether somebody answers over gossip is asked by address: of the recording's network here.
    const made = host({ [own]: answering, ...peers });
    const joins = "answers_gossip() { case $2 in *127.0.78.1[123]*) ;; *) return 4 ;; esac; }";
    return made.says("library", `${joins}; api=${own}; health_problem ${except}`);
  };

  test("a cluster of three healthy voters is", () => {
    expect(problem("leader")).toBe("");
    expect(problem("follower")).toBe("");
  });

  test.each([
    ["a server is down", "one-down", /^consul-\d is no healthy voter \(false, true, failed\)$/],
    ["a server has no name any more", "unknown-server", /is no healthy voter/],
    ["a server does not vote yet", "joining", /is no healthy voter|autopilot does not know/],
    ["nobody leads", "no-leader", /^no server that answers names a leader$/],
    [
      "nothing may be asked",
      "anonymous-leader",
      /^Raft's configuration at .* does not let this host know \(403\)$/,
    ],
    [
      "the token is nobody's",
      "wrong-token",
      /^Raft's configuration at .* does not let this host know \(403\)$/,
    ],
  ])("not where %s", (_, situation, message) => {
    expect(problem(situation)).toMatch(message);
  });

  test("not where autopilot lacks a server that Raft has: rows are counted", () => {
    const view = JSON.parse(bodyOf(release, "leader.autopilot-health"));
    const gone = view.Servers.pop().Name;
    const answers = {
      ...agent(release, "leader"),
      "GET /v1/operator/autopilot/health": JSON.stringify(view),
    };
    expect(problem(answers)).toMatch(
      /^autopilot does not know the server \S+ at 127\.0\.78\.1\d:8300/,
    );
    expect(problem(answers, {}, gone)).toBe("");
  });

  test.each(["/v1/operator/autopilot/health", "/v1/operator/raft/configuration"])(
    "not where %s is not understood, or stops in its middle",
    (path) => {
      const whole = bodyOf(
        release,
        path.includes("raft") ? "leader.raft-configuration" : "leader.autopilot-health",
      );
      for (const body of ["<html></html>", "{}", whole.slice(0, -2)]) {
        const answers = { ...agent(release, "leader"), [`GET ${path}`]: body };
        expect(problem(answers)).toMatch(/answers something that is not understood$/);
      }
    },
  );

  test("not where the servers name different leaders, or one of them names none", () => {
    const other = { "GET /v1/status/leader": '"10.0.0.99:8300"' };
    expect(problem("leader", { [peer(12)]: other })).toMatch(
      /^the servers name different leaders: /,
    );
    expect(problem("leader", { [peer(12)]: agent(release, "no-leader") })).toMatch(
      /different leaders: .*none/,
    );
  });
});

describe("a server restarts where the others are a quorum without it", () => {
  const server = (name: string, voter = true) => `${name} id ${voter} 10.0.0.1:8300`;
  const check = (noted: string[] | number, view: string[]) => {
    const made = host({});
    const note = typeof noted === "number" ? `return ${noted}` : `echo '${noted.join(" ")}'`;
    const rows =
      view.length === 0 ? "return 2" : `printf '%s\\n' ${view.map((row) => `'${row}'`).join(" ")}`;
    return () =>
      made.says(
        "library",
        `kv_get() { ${note}; }; raft_of() { ${rows}; }; require_quorum_without_self "not restarted"; echo spared`,
      );
  };
  const names = (count: number) => Array.from({ length: count }, (_, i) => `consul-${i + 1}`);
  const well = (count: number) => names(count).map((name) => server(name));

  test.each<[string, string[] | number, string[]]>([
    ["all three vote", names(3), well(3)],
    ["all five vote", names(5), well(5)],
    ["one of five is being replaced", names(5), well(4)],
    ["it is the only one", names(1), well(1)],
    ["nothing was noted yet", 1, well(3)],
    ["one of two leaves for good", names(1), well(2)],
  ])("it restarts where %s", (_, noted, view) => {
    expect(check(noted, view)()).toBe("spared");
  });

  test.each([
    ["one of three is being replaced", names(3), well(2), "consul-3"],
    ["two of five are away", names(5), well(2), "consul-3, consul-4, consul-5"],
    ["one is a voter no more", names(3), [...well(2), server("consul-3", false)], "consul-3"],
  ])("it does not where %s", (_, noted, view, missing) => {
    expect(check(noted, view)).toThrow(`not restarted: ${missing} is not back yet`);
  });

  test.each([
    ["does not answer", 2],
    ["is forbidden", 3],
    ["is not understood", 4],
  ])("nor where the answer, who belongs to the cluster, %s", (_, status) => {
    expect(check(status, well(3))).toThrow(/which servers belong to the cluster is not known/);
  });

  test("nor where who votes is not told", () => {
    expect(check(names(3), [])).toThrow(/which servers belong to the cluster is not known/);
  });
});

// The server is well, and another cannot read: to take the change back would cost one more restart, and help nobody.
describe("what is written through a server that is back", () => {
  const canary = "/v1/kv/consul-cluster/canary";
  const passes = (agents: Agents, write = "true") => {
    const made = host({
      ...agents,
      [own]: { [`PUT ${canary}`]: write, ...(agents[own] as object) },
    });
    const stubs = `caught_up() { :; }; wait_until_well() { :; }; note_passed() { :; }
      cluster_agents() { echo ${own}; echo ${peer(12)}; }; tr() { echo token; }`;
    const call = `api=${own}; status=0; gate_after_restart 1.22.0 '' || status=$?; echo "$status $reason"`;
    return made.says("library", `${harmless(made)}\n${stubs}\n${call}`).split(" (")[0];
  };
  const read = (answer: Answer | string) => ({ [`GET ${canary}?raw&consistent`]: answer });
  const token = "consul-1 token";

  test("is read by every one, and it has passed", () => {
    expect(passes({ [own]: read(token), [peer(12)]: read(token) })).toMatch(/^0 /);
  });

  test.each<[string, Answer | string]>([
    ["does not answer", { exit: 28 }],
    ["reads something else", "consul-1 older"],
    ["has no way to the leader", { code: 500 }],
  ])("is not read by another, which %s: that is the other's illness", (_, answer) => {
    expect(passes({ [own]: read(token), [peer(12)]: read(answer) })).toBe(
      `2 ${peer(12)} does not read what was written through this server`,
    );
  });

  test("is not read by itself, or not written: that is its own", () => {
    expect(passes({ [own]: read({ code: 500 }), [peer(12)]: read(token) })).toBe(
      `1 ${own} does not read what was written through this server`,
    );
    expect(passes({ [own]: read(token), [peer(12)]: read(token) }, "false")).toBe(
      `1 a write through this server fails: ${own} does not do it`,
    );
  });
});
