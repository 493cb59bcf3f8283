// Whom its neighbours do not take for dead: force-remove.sh as it stands, with agents that say what real ones said.
//
// Does not prove how soon gossip learns of a death: 11 s were seen on three agents under load.

import { describe, expect, test } from "vitest";
import type { Answer, Answers } from "../../../support/curl/fakeConsul";
import { bodyOf, recorded, releases } from "../../host-lib/answers";
import {
  about,
  address,
  api,
  autopilot,
  deadOf,
  gates,
  id,
  join,
  members,
  raft,
  run,
} from "./forgetting";

describe.each(releases)("Consul %s", (release) => {
  const dead = deadOf(release);

  describe("a server that nobody reaches over SSH", () => {
    const words = about("yes");
    const silent: Answers = { [join]: { code: 500, body: "1 error occurred" } };
    const whole: Answers = {
      [raft]: recorded(release, "leader.raft-configuration"),
      [members]: recorded(release, "leader.members"),
    };
    const refusal = (sign: string) =>
      `consul-3 cannot be reached, but serves its neighbours (${sign}): it is not taken for dead; nothing was changed`;

    test("is not taken for dead where it answers over gossip: that is seen at once", () => {
      for (const more of [whole, {}]) {
        const { status, did, changes, said } = run(dead({ ...more, [join]: {} }), {
          words,
          dies: 60,
        });
        expect({ status, did, changes }).toEqual({
          status: 1,
          did: ["lock forgetting consul-3"],
          changes: [join],
        });
        expect(said).toContain(refusal("it answers over gossip"));
      }
    });

    test.each(["leader.autopilot-health", "one-down.autopilot-health"])(
      "is not taken for dead while gossip has it for alive, whatever autopilot makes of it: %s",
      (health) => {
        const slow = { ...whole, ...silent, [autopilot]: recorded(release, health) };
        const { status, changes, said } = run(dead(slow), { words });
        expect({ status, changes }).toEqual({ status: 1, changes: [join] });
        expect(said).toContain(refusal("it is alive in gossip"));
      },
    );

    test("is not taken for dead where its neighbours name it as their leader, outside of gossip", () => {
      const leads = { ...silent, "GET /v1/status/leader": `"${address}:8300"` };
      const { status, said } = run(dead(leads), { words });
      expect(status).toBe(1);
      expect(said).toContain(refusal("it leads them"));
    });

    test("that has just died is dead once gossip has learned it", () => {
      const learned = { [api]: { [members]: recorded(release, "unknown-server.members") } };
      const late = { [join]: { code: 500, body: "x", next: learned } };
      const outcome = run(dead({ ...whole, ...late }), { words, dies: 60 });
      expect(outcome).toMatchObject({ status: 0, did: gates });
    });

    test("is not taken for dead where it came back while the lock and the others were waited for", () => {
      const back = `n=0; cluster_lock() { n=1; echo "cluster lock $1"; }
        sign_of_life() { [ "$n" -eq 0 ] || echo "$ANSWERS"; }`;
      const { status, did, changes, said } = run(dead(), { words, more: back });
      expect({ status, did, changes }).toEqual({ status: 1, did: gates, changes: [] });
      expect(said).toContain(refusal("it answers over gossip"));
    });

    test("that led and has just died: the election is waited for", () => {
      const none = { code: 500, body: "No cluster leader" };
      const then = (answer: Answer): Answer => ({ ...none, next: { [api]: { [raft]: answer } } });
      // Asked once whether it is known, and once for a sign of life.
      const electing = then(then(recorded(release, "unknown-server.raft-configuration")));
      const outcome = run(dead({ ...silent, [raft]: electing }), { words, dies: 60 });
      expect(outcome).toMatchObject({ status: 0, did: gates });
      expect(outcome.changes.slice(0, 2)).toEqual([join, join]);
    });

    test("is dead though another server answers at its address: its host was set up under another name", () => {
      const successor = JSON.parse(bodyOf(release, "leader.members"));
      for (const member of successor) if (member.Name === "consul-3") member.Name = "consul-4";
      const outcome = run(dead({ [members]: JSON.stringify(successor), [join]: {} }), { words });
      expect(outcome).toMatchObject({ status: 0, did: gates });
    });

    test("is not taken for dead where its neighbours do not say", () => {
      for (const answer of [{ code: 403 }, { code: 500, body: "x" }, '{"Servers":[]}'])
        for (const question of [members, raft, "GET /v1/status/leader"]) {
          const more =
            "is_known() { :; }; names_a_leader() { :; }; find_own_agent() { api=http://127.0.0.1:80; }";
          const outcome = run(dead({ ...silent, [question]: answer }), { words, more });
          expect(outcome).toMatchObject({ status: 1, changes: [join] });
          expect(outcome.said).toContain("whether consul-3 serves its neighbours is not known");
        }
      const forbidden = run(dead({ [join]: { code: 403 } }), { words });
      expect(forbidden).toMatchObject({ status: 1, changes: [join] });
    });

    test("is forgotten where nobody hears of it", () => {
      const outcome = run(dead(silent), { words });
      expect(outcome).toMatchObject({ status: 0, did: gates });
      expect(outcome.changes).toContain(`DELETE /v1/operator/raft/peer?id=${id}`);
    });

    test("is asked at the port of gossip where that is another one", () => {
      const other = `PUT /v1/agent/join/${address}:9301`;
      const more =
        'applied_fact() { case $1 in serf_lan) echo 9301 ;; *) fact "$FACTS" "$1" ;; esac; }';
      const { status, changes } = run(dead({ ...whole, [other]: {} }), { words, more });
      expect({ status, changes }).toEqual({ status: 1, changes: [other] });
    });
  });
});
