// The two keys of Consul's that servers hold by a session: the cluster's lock, which a slow restart must not give away, and
// the stamp of who has just passed its gate, which has to be gone soon.
//
// Does not prove what Consul makes of a session: test/changes/07-two-runs does for the lock.

import { describe, expect, test } from "vitest";
import type { Agents, Answer, Answers } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";

const own = "http://127.0.0.1:80";
const peers = ["http://10.0.0.12:80", "http://10.0.0.13:80"] as const;
const session = "5e55104a-0000-4000-8000-000000000001";
const lock = "/v1/kv/consul-cluster/lock";
const passed = "/v1/kv/consul-cluster/gate";

/** An agent that serves, and makes sessions. */
const serving: Answers = {
  "GET /v1/status/leader": '"10.0.0.12:8300"',
  "GET /v1/kv/consul-cluster/servers?raw&consistent": "consul-1 consul-2 consul-3",
  "PUT /v1/session/create": `{"ID":"${session}"}`,
  [`PUT ${lock}?acquire=${session}`]: "true",
  [`PUT /v1/session/destroy/${session}`]: "true",
};

function run(agents: Agents, call: string) {
  const host = new Host();
  host.apply(host.stage(host.render()));
  host.agents = agents;
  // Nobody sleeps, and a second passes at each pause.
  const clock = "n=1000; now_s() { echo $n; }; sleep() { n=$((n + 1)); }; keep_session() { :; }";
  return host.run("library", `${clock}\napi=${own} via=${own}\n${call}`);
}

/** What the session is asked for, and of whom. */
const created = (requests: string[]) =>
  requests
    .filter((request) => request.includes("/v1/session/create"))
    .map((request) => request.split(/ (?=\{)/))
    .map(([asked = "", body = "{}"]) => ({ asked, body: JSON.parse(body) }));

const holder = (key: string, answer: Answer | string): Answers => ({
  ...serving,
  [`GET ${key}?consistent`]: answer,
});
const heldBy = (id?: string) =>
  `[{"LockIndex":1,"Key":"k","Flags":0,"Value":"eA=="${id ? `,"Session":"${id}"` : ""}}]`;

/** A session as this server's agent makes one, what for and what becomes of its keys. */
const onNoCheck = (what: string, behaviour: string) => ({
  asked: `PUT ${own}/v1/session/create`,
  body: {
    Name: `consul-cluster ${what} of consul-1`,
    LockDelay: "0s",
    TTL: "10s",
    NodeChecks: [],
    Behavior: behaviour,
  },
});

describe("the session of the cluster's lock", () => {
  test("hangs on no check of any server, gives the lock free at once, and ends by itself", () => {
    const { status, requests } = run({ [own]: serving }, "cluster_lock activation");
    expect(status).toBe(0);
    // Left out, Consul lets it hang on the health of the agent that is about to restart.
    expect(created(requests)).toEqual([onNoCheck("activation", "release")]);
    expect(requests).toContain(`PUT ${own}/v1/session/destroy/${session}`);
  });

  test.each<[string, Agents, string]>([
    ["the first peer's", { [peers[0]]: serving, [peers[1]]: serving }, peers[0]],
    ["the next one's, where the first does not answer", { [peers[1]]: serving }, peers[1]],
    [
      "the next one's, where the first has no way to the leader",
      {
        [peers[0]]: {
          ...serving,
          "GET /v1/kv/consul-cluster/servers?raw&consistent": { code: 500 },
        },
        [peers[1]]: serving,
      },
      peers[1],
    ],
    ["its own, where no peer answers", {}, own],
  ])("is made on a node that stays: %s", (_, others, agent) => {
    const { status, requests } = run({ [own]: serving, ...others }, "cluster_lock activation");
    expect([status, created(requests).map(({ asked }) => asked)]).toEqual([
      0,
      [`PUT ${agent}/v1/session/create`],
    ]);
  });
});

describe("before something is taken away the lock is looked at again", () => {
  const require = (agents: Agents, held = session) =>
    run(agents, `session='${held}'; require_cluster_lock "not restarted"; echo "it goes on"`);

  test("it is this run's: it goes on", () => {
    const { stdout, requests } = require({ [own]: holder(lock, heldBy(session)) });
    expect(stdout).toBe("it goes on\n");
    expect(requests).toContain(`GET ${own}${lock}?consistent`);
  });

  test("who has taken none has none to lose, and asks nobody", () => {
    expect(require({}, "")).toMatchObject({ stdout: "it goes on\n", requests: [] });
  });

  const lost = "not restarted: this run has lost the cluster's lock meanwhile; run it again";
  const unknown = "not restarted: the cluster's lock cannot be looked at,";
  test.each<[string, Answer | string, string]>([
    ["another session's", heldBy("0c0c0c0c-0000-4000-8000-000000000002"), lost],
    ["nobody's", heldBy(), lost],
    ["not there", { code: 404 }, `${unknown} ${own} says that there is none`],
    ["not told", { exit: 28, seconds: 60 }, `${unknown} ${own} does not answer`],
    ["forbidden", { code: 403, body: "Permission denied" }, `${unknown} ${own} does not let`],
    ["not understood", { code: 500, body: "?" }, `${unknown} ${own} answers something`],
    ["half an answer", heldBy(session).slice(0, -3), `${unknown} ${own} answers something`],
  ])("it is %s: nothing goes on", (_, answer, words) => {
    const { status, stdout, stderr } = require({ [own]: holder(lock, answer) });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(words);
  });

  test("no server names a leader: nothing goes on", () => {
    const { status, stdout, stderr } = require({ [own]: { "GET /v1/status/leader": '""' } });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("not restarted: no server names a leader any more");
  });
});

describe("who has passed its gate after a change", () => {
  const note = (answers: Answers) => run({ [own]: { ...serving, ...answers } }, "note_passed");

  test("leaves a key that Consul drops by itself, with a session that nobody renews", () => {
    const acquired = `PUT ${passed}?acquire=${session}`;
    const { status, requests } = note({ [acquired]: "true" });
    expect(status).toBe(0);
    expect(created(requests)).toEqual([onNoCheck("gate", "delete")]);
    expect(requests.at(-1)).toBe(`${acquired.replace("PUT ", `PUT ${own}`)} consul-1`);
  });

  test.each<[string, Answers]>([
    ["no session is made", { "PUT /v1/session/create": { code: 500, body: "no leader" } }],
    ["another holds the key", { [`PUT ${passed}?acquire=${session}`]: "false" }],
    ["nobody answers", { [`PUT ${passed}?acquire=${session}`]: { exit: 52 } }],
  ])("is none the worse where %s: the next one looks for longer", (_, answers) => {
    expect(note(answers)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  const justPassed = (answer: Answer | string) => {
    const { status, stdout } = run(
      { [own]: holder(passed, answer) },
      "if just_passed; then echo yes; else echo no; fi",
    );
    return [status, stdout];
  };

  test("has just done so while its session holds the key", () => {
    expect(justPassed(heldBy(session))).toEqual([0, "yes\n"]);
  });

  test.each<[string, Answer | string]>([
    ["holds it no more", heldBy()],
    ["has left no key", { code: 404 }],
    ["is not told of", { exit: 28, seconds: 60 }],
    ["may not be asked for", { code: 403, body: "Permission denied" }],
    ["is not understood", { code: 500, body: "?" }],
    ["is told of by half", heldBy(session).slice(0, -3)],
  ])("has not where it %s", (_, answer) => {
    expect(justPassed(answer)).toEqual([0, "no\n"]);
  });
});
