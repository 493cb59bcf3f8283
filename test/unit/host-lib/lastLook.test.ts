// Between the gate and the stop a snapshot is taken, and leadership handed over, which takes up to a minute and a half: who
// has gone meanwhile is seen. It cost a cluster its quorum for 18 s.
//
// Does not prove how soon an agent says that a machine is gone: three seconds were seen.

import { describe, expect, test } from "vitest";
import type { Answer } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";
import { agent, recorded, releases } from "./answers";

const api = "http://127.0.0.1:80";
const clock = "n=1000; now_s() { echo $n; }; sleep() { n=$((n + 1)); }";

describe.each(releases)("Consul %s", (release) => {
  const raft = "GET /v1/operator/raft/configuration";
  const join = (number: number) => `PUT /v1/agent/join/127.0.78.1${number}`;

  /** This server asks whether the two others answer. */
  const look = (two: Answer, three: Answer, own: Host["agents"][string] = {}) => {
    const host = new Host();
    host.apply(host.stage(host.render()));
    host.write(
      "state/facts",
      host.read("state/facts").replace(/raft_address=.*/, "raft_address=127.0.78.11:8300"),
    );
    const answers = {
      ...agent(release, "leader"),
      [raft]: recorded(release, "leader.raft-configuration"),
    };
    host.agents = { [api]: { ...answers, [join(2)]: two, [join(3)]: three, ...(own as object) } };
    const call = `${clock}; find_agent() { via=${api}; }; via=${api}; require_answering_voters "not restarted"`;
    const { status, stderr, requests } = host.run("library", call);
    return { status, stderr, joins: requests.filter((line) => line.includes("/join/")) };
  };

  test("a server stops where every other one that votes answers in person; itself is not asked", () => {
    const { status, stderr, joins } = look({}, {});
    expect([status, stderr, joins.length]).toEqual([0, "", 2]);
  });

  test("one that has gone since the gate stops nobody else", () => {
    const { status, stderr } = look({}, { code: 500, body: "1 error occurred" });
    expect(status).toBe(1);
    expect(stderr).toContain(
      "not restarted: consul-3 at 127.0.78.13 does not answer; nothing was changed, but for who leads",
    );
  });

  test("one whose answer was late, or came after an election, is asked again", () => {
    const late: Answer = { code: 500, next: { [api]: { [join(3)]: {} } } };
    expect(look({}, late)).toMatchObject({ status: 0 });
    const election: Answer = {
      code: 500,
      next: { [api]: { [raft]: recorded(release, "leader.raft-configuration") } },
    };
    expect(look({}, {}, { [raft]: election })).toMatchObject({ status: 0 });
  });

  test("nobody stops where who votes cannot be known", () => {
    const { status, stderr } = look({}, {}, { [raft]: { code: 500 } });
    expect([status, stderr.includes("who votes is not known")]).toEqual([1, true]);
  });
});

test("after a snapshot the others are looked at once more; what is late is waited for", () => {
  const host = new Host();
  const look = (problem: string) =>
    host.run(
      "library",
      `${clock}; look() { seen=all; reason=$(${problem}); }; look_once_more "not restarted"`,
    );
  expect(look(":")).toMatchObject({ status: 0, stderr: "" });
  expect(look('[ "$n" -gt 1003 ] || echo "consul-3 at 10.0.0.13 does not answer"')).toMatchObject({
    status: 0,
  });
  // Seen on machines: an agent that waits for the one that is gone asks nobody else meanwhile.
  const { status, stderr } = look(
    'if [ "$n" -gt 1000 ]; then echo "consul-2 at 10.0.0.12 does not answer"; else echo "consul-3 at 10.0.0.13 does not answer"; fi',
  );
  expect([status, stderr.trim()]).toEqual([
    1,
    "consul-1: not restarted, for the others are no longer well: consul-3 at 10.0.0.13 does not answer; nothing was changed",
  ]);
});
