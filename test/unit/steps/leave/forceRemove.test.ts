// How a cluster is made to forget a server: force-remove.sh as it stands, with agents that say what real ones said.
//
// Does not prove that Consul forgets: machines in the lab do. Whom it takes for the server that goes is in
// ../leaving.test.ts.

import { describe, expect, test } from "vitest";
import type { Answer, Answers } from "../../../support/curl/fakeConsul";
import { agent, recorded, releases } from "../../host-lib/answers";
import { owner } from "../../render/cases";
import { Host } from "../../support/host";
import {
  about,
  answersOf,
  api,
  autopilot,
  both,
  deadOf,
  gates,
  id,
  join,
  leaves,
  members,
  membersWith,
  noted,
  noteOf,
  raft,
  run,
  told,
  wan,
  without,
} from "./forgetting";

describe.each(releases)("Consul %s", (release) => {
  const nobody = (more: Answers = {}): Answers => ({
    ...answersOf(release, "unknown-server"),
    ...leaves(),
    [raft]: without(release, "unknown-server.raft-configuration", ({ ID }) => ID === id),
    ...more,
  });
  const dead = deadOf(release);

  test("who is dead, its name forgotten, leaves Raft by its id, under gates, and gossip", () => {
    expect(run(dead())).toEqual({
      status: 0,
      did: gates,
      changes: [`DELETE /v1/operator/raft/peer?id=${id}`, ...both],
      said: "consul-1: consul-3 is gone from Raft and from gossip\n",
    });
  });

  test("who is known to nobody has been forgotten: nothing is locked or changed", () => {
    expect(run(nobody())).toEqual({
      status: 0,
      did: ["lock forgetting consul-3"],
      changes: [],
      said: "",
    });
  });

  test("who has left Raft and is in gossip still leaves that, as often as it takes", () => {
    const gone = { [members]: recorded(release, "unknown-server.members") };
    const known = nobody({
      ...leaves({ [api]: leaves({ [api]: gone }) }),
      [members]: recorded(release, "leader.members"),
    });
    expect(run(known)).toMatchObject({
      status: 0,
      did: gates.slice(0, 2),
      changes: [...both, ...both],
    });
  });

  test("who stays in the pool of all datacenters is not gone", () => {
    const known = nobody({ [wan]: recorded(release, "leader.members-wan") });
    const { status, said } = run(known, { seconds: 0 });
    expect(status).toBe(1);
    expect(said).toContain("consul-3 is still known to the cluster; run it again");
  });

  test("where there is no pool of all datacenters, nobody is looked for there, or taken out of it", () => {
    // As both releases answer with `ports { serf_wan = -1 }`: read off agents on loopback.
    const off = {
      [wan]: "null",
      "PUT /v1/agent/force-leave/consul-3.dc1?prune&wan=1": { code: 500 },
    };
    const args = { ports: { serfWan: -1 } };
    expect(run(dead(off), { args, seconds: 0 })).toEqual({
      status: 0,
      did: gates,
      changes: [`DELETE /v1/operator/raft/peer?id=${id}`, both[0]],
      said: "consul-1: consul-3 is gone from Raft and from gossip\n",
    });
    expect(run(nobody(off), { args })).toMatchObject({ status: 0, changes: [], said: "" });
  });

  describe("whom the cluster shall have again stays in the pools as one that has left", () => {
    const with_ = (status: number, more: Answers = {}) =>
      nobody({
        [members]: membersWith(release, "leader.members", status),
        [wan]: membersWith(release, "leader.members-wan", status),
        ...more,
      });

    test("who has left in order is left alone there", () => {
      expect(run(with_(3), { returns: true })).toMatchObject({
        status: 0,
        changes: [`${told} left`],
        said: "",
      });
      const { changes, said } = run(
        { ...dead(), ...with_(3, { [raft]: dead()[raft] as Answer }) },
        { returns: true },
      );
      expect(changes).toEqual([`${told} left`, `DELETE /v1/operator/raft/peer?id=${id}`]);
      expect(said).toContain("consul-3 is gone from Raft, and has left gossip until it comes back");
    });

    test.each([1, 2, 4])("who has not (%i) is made to leave, and not forgotten", (status) => {
      const left = { [api]: with_(3) };
      const leave = (next?: Answer["next"]): Answers => ({
        "PUT /v1/agent/force-leave/consul-3": {},
        "PUT /v1/agent/force-leave/consul-3.dc1?wan=1": next ? { next } : {},
      });
      expect(run(with_(status, leave(left)), { returns: true })).toMatchObject({
        status: 0,
        changes: [
          `${told} left`,
          "PUT /v1/agent/force-leave/consul-3",
          "PUT /v1/agent/force-leave/consul-3.dc1?wan=1",
        ],
      });
      const stays = run(with_(status, leave()), { returns: true, seconds: 0 });
      expect(stays.said).toContain("consul-3 is still known to the cluster; run it again");
    });

    test("that it comes back is told once, also where a run was cut off behind that", () => {
      const again = with_(3, { [noteOf]: "left", [told]: "false" });
      expect(run(again, { returns: true })).toMatchObject({ status: 0, changes: [] });
    });

    test.each<[string, Answers]>([
      ["nobody is noted yet", { [noted]: { code: 404 } }],
      ["the names cannot be read", { [noted]: { code: 500, body: "rpc error" } }],
      ["another is noted whose name begins alike", { [noted]: "consul-1 consul-2 consul-30" }],
      ["who looks for members that are away cannot be told", { [told]: "false" }],
    ])("it is forgotten where %s", (_, more) => {
      expect(run(dead(more), { returns: true }).changes).toContain(both[0]);
    });
  });

  describe("what cannot be read is not taken for gone", () => {
    const forbidden = { code: 403, body: "Permission denied" };

    test.each([
      ["forbidden", forbidden],
      ["nothing in time", { exit: 28, seconds: 5 }],
      ["an error", { code: 500, body: "rpc error" }],
      ["something else", "<html></html>"],
      ["a list of nobody", '{"Servers":[],"Index":0}'],
    ])("Raft's configuration: %s", (_, answer) => {
      const { status, changes, said } = run(nobody({ [raft]: answer }));
      expect({ status, changes }).toEqual({ status: 1, changes: [] });
      expect(said).toContain("consul-3 stays in Raft's configuration, which cannot be read");
    });

    test.each([
      ["forbidden", forbidden],
      ["none at all", "[]"],
      ["an error", { code: 500, body: "rpc error" }],
    ])("the members: %s", (_, answer) => {
      for (const pool of [members, wan]) {
        const { status, said } = run(nobody({ [pool]: answer }), { seconds: 0 });
        expect(status).toBe(1);
        expect(said).toContain("consul-3 is still known to the cluster");
      }
    });
  });

  test("one that left in order is not asked whether it lives, though autopilot is late", () => {
    const late = {
      [raft]: recorded(release, "leader.raft-configuration"),
      [autopilot]: recorded(release, "leader.autopilot-health"),
    };
    const { status, changes } = run(dead({ ...late, [join]: {} }));
    expect(status).toBe(0);
    expect(changes).not.toContain(join);
  });

  describe("it stays in Raft's configuration where the others", () => {
    test.each([
      [
        "are not well",
        "wait_until_well() { reason='consul-2 is away'; return 1; }",
        "the others are not well: consul-2 is away",
      ],
      [
        "are not known",
        "missing_servers() { return 3; }",
        "which servers belong to the cluster is not known",
      ],
      [
        "are not whole",
        "missing_servers() { echo consul-4; }",
        "consul-4 shall be a voter and is none yet; one server at a time",
      ],
      [
        "are another run's by now",
        'require_cluster_lock() { die "$1: lost"; }',
        "consul-3 stays in Raft's configuration: lost",
      ],
    ])("%s", (_, more, message) => {
      const { status, changes, said } = run(dead(), { more });
      expect({ status, changes }).toEqual({ status: 1, changes: [] });
      expect(said).toContain(message);
    });
  });

  test("who has no say is passed over: no leader", () => {
    for (const situation of ["no-leader", "waiting", "client-alone"]) {
      const outcome = run(agent(release, situation));
      expect(outcome).toMatchObject({ status: 3, changes: [], said: "" });
    }
  });

  test("a departure of 0.1.0 says where the host's agent was: it is found anyhow", () => {
    const words = about("no").replace(`owner=${owner}`, "api=http://127.0.0.1:1 configDir=/etc/x");
    expect(run(dead(), { words }).status).toBe(0);
  });
});

test("who has no say is passed over: nobody answers", () => {
  const host = new Host();
  host.apply(host.stage(host.render()));
  host.agents = { [api]: "refused" };
  const { status, stderr } = host.run("force-remove.sh", `main ${about("yes")} </dev/null`);
  expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
});
