// Who rotates the gossip key holds the cluster's lock, and who ends a rotation is strict where there was one, and nobody's
// trouble where there was none. The whole of activate.sh, and ready.sh's last step, on the folders of a test.
//
// Does not prove what the keyring makes of it: keyring.test.ts has the requests, and test/changes/06-rotation machines.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import type { Answers } from "../../support/curl/fakeConsul";
import { agent, recorded } from "../host-lib/answers";
import { gossipKeys } from "../host-lib/recording/dummies";
import { label, owner } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host, type SetOptions } from "../support/host";

const api = "http://127.0.0.1:80";
const leader = agent("1.22.0", "leader");
const lines = (text: string) => text.split("\n").filter(Boolean);

describe("an activation", () => {
  const telling = `cluster_lock() { echo "lock for the $1"; }; rotate_gossip_key() { echo "rotates $(cat "$1")"; }
    gate_before_restart() { echo "gate before"; }; gate_after_restart() { echo "gate after"; }
    health_problem() { :; }; wait_until_well() { :; }; hand_over_leadership() { :; }; require_answering_voters() { :; }; require_cluster_lock() { :; }; switch_over() { echo switches; }; switch_is_whole() { :; }`;

  const activate = (
    more: PlainArgs,
    options: SetOptions = {},
    answers: Answers | null = leader,
    pid = 4711,
  ) => {
    const host = new Host();
    host.apply(host.render());
    const set = host.stage(host.render(more, options));
    host.service.MainPID = pid;
    host.agents = answers === null ? {} : { [api]: { ...answers, "PUT /v1/agent/reload": "" } };
    const call = `${harmless(host)}\n${telling}\nmain name=consul-1 owner=${owner}`;
    return host.run("activate.sh", call, set.desired);
  };
  const other = { key: gossipKeys.second, label: "rotation-2" };
  const rotates = `rotates ${gossipKeys.second}`;

  test("that does nothing but rotate takes the lock, first of all", () => {
    const { status, stdout } = activate({}, other);
    expect({ status, deeds: lines(stdout) }).toEqual({
      status: 0,
      deeds: ["lock for the rotation", rotates, "switches"],
    });
  });

  test("that reloads, too, or restarts has it already", () => {
    expect(lines(activate({ recursors: ["192.0.2.1"] }, other).stdout)).toEqual([
      "lock for the activation",
      rotates,
      "switches",
    ]);
    expect(lines(activate({ domain: "other" }, other).stdout).slice(0, 3)).toEqual([
      "lock for the activation",
      rotates,
      "gate before",
    ]);
  });

  test("that is none takes none, and rotates nothing", () => {
    const existing = { servers: new Host().args().existing?.servers.slice(0, 2) ?? [] };
    expect(lines(activate({ existing }).stdout)).toEqual(["switches"]);
    expect(lines(activate({}).stdout)).toEqual([]);
  });

  test("that cannot lock changes no key", () => {
    const host = new Host();
    host.apply(host.render());
    const set = host.stage(host.render({}, other));
    host.agents = { [api]: leader };
    const call = `${harmless(host)}\n${telling}\ncluster_lock() { die "locked"; }\nmain name=consul-1 owner=${owner}`;
    expect(host.run("activate.sh", call, set.desired)).toMatchObject({ status: 1, stdout: "" });
  });

  test("of a server that joins with another key than the pool's rotates before it starts", () => {
    const { stdout } = activate({}, other, leader, 0);
    expect(lines(stdout).slice(0, 3)).toEqual(["lock for the activation", rotates, "switches"]);
  });

  test("while no cluster serves rotates nothing", () => {
    for (const pid of [0, 4711]) {
      const { status, stdout } = activate({}, other, agent("1.22.0", "waiting"), pid);
      expect(status).toBe(0);
      expect(stdout).not.toContain("rotates");
    }
  });
});

describe("the end of a rotation", () => {
  const keyring = (situation: string) => ({
    "GET /v1/operator/keyring": recorded("1.22.0", `${situation}.keyring`),
  });

  /** `before`: the label that the last whole run has noted here. `answers`: beside those of a leader. */
  const end = (before: string | undefined, answers: Answers) => {
    const host = new Host();
    host.stage(host.render({}, { key: gossipKeys.second, label }));
    if (before !== undefined) host.write("state/key-in-use", `${before}\n`);
    host.agents = { [api]: { ...leader, ...answers } };
    const telling = 'cluster_lock() { echo "lock for the $1"; }';
    const result = host.run("ready.sh", `${harmless(host)}\n${telling}\nvia=${api}; end_rotation`);
    const removed = result.requests.filter((request) => request.startsWith("DELETE "));
    const noted =
      before === undefined && result.status !== 0 ? "" : host.read("state/key-in-use").trim();
    return { ...result, removed: removed.length, noted };
  };
  const two = {
    ...keyring("two-keys-new-used"),
    "DELETE /v1/operator/keyring": recorded("1.22.0", "rotation.remove"),
  };

  test.each([
    ["another label was noted", "rotation-0"],
    ["this one was: a run was cut off", label],
    ["none was", undefined],
  ])("takes the lock, removes the old key and notes the label: %s", (_, before) => {
    expect(end(before, two)).toMatchObject({
      status: 0,
      stdout: "lock for the end of the rotation\n",
      removed: 1,
      noted: label,
    });
  });

  test("takes no key away without the lock", () => {
    const host = new Host();
    host.stage(host.render({}, { key: gossipKeys.second, label }));
    host.agents = { [api]: { ...leader, ...two } };
    const call = `${harmless(host)}\ncluster_lock() { die "locked"; }; via=${api}; end_rotation`;
    const { status, requests } = host.run("ready.sh", call);
    expect(status).toBe(1);
    expect(requests.filter((request) => request.startsWith("DELETE "))).toEqual([]);
  });

  // A member that answers late: the answer is none, or one in which its key is not counted.
  const late: [string, Answers][] = [
    ["it is missed in the count", keyring("one-down")],
    ["there is no answer in time", { "GET /v1/operator/keyring": { exit: 28, seconds: 60 } }],
    [
      "Consul says that it failed",
      { "GET /v1/operator/keyring": { code: 500, body: "1/4 nodes reported" } },
    ],
  ];

  test.each(late)("is strict where the label changed: %s", (_, answers) => {
    const { status, stderr, noted } = end("rotation-0", answers);
    expect(status).toBe(1);
    expect(stderr).toContain("not every member uses the gossip key of the settings");
    // So it is strict again in the next run.
    expect(noted).toBe("rotation-0");
  });

  test.each(late)("does not fail a run where no rotation was: %s", (_, answers) => {
    for (const before of [label, undefined])
      expect(end(before, answers)).toMatchObject({
        status: 0,
        stdout: "",
        stderr: "",
        noted: label,
      });
  });

  test("asks nobody twice where the key is alone", () => {
    const { requests, stdout } = end(label, keyring("new-key"));
    expect({ stdout, asked: requests.length }).toEqual({ stdout: "", asked: 1 });
  });
});
