// Another rotation of the tokens on a server: which of them it knows, with which others are made before it switches, and what
// stops it. Answers are made up in the form of real ones.
//
// Does not prove that Consul takes them over by a reload: test/changes/12-acl.test.ts does.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type AclTokens, aclTokens, rotatedTokens } from "../../../components/render/acl";
import type { Answer, Answers } from "../../support/curl/fakeConsul";
import { owner } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host, type SetOptions } from "../support/host";
import { agent } from "./answers";

const via = "http://127.0.0.1:80";
const names = ["consul-1", "consul-2", "consul-3"];
const [first, second] = [aclTokens("golden", names), rotatedTokens("golden 2 1", names)];
const acl = { acl: {} };
const rotated: SetOptions = { rotation: 2, rotationBefore: 1 };

/** A server with the tokens of one set, and those of another staged. */
function host(staged: SetOptions, applied: SetOptions = {}): Host {
  const made = new Host();
  made.stage(made.render(acl, applied));
  made.says("library", "keep_secrets");
  made.apply(made.render(acl, applied));
  made.stage(made.render(acl, staged));
  return made;
}

const nameOf = (header: string) => {
  const by = (tokens: AclTokens, kind: string): [string, string][] => [
    [tokens.management, `${kind} management`],
    [tokens.provisioner.secret, `${kind} provisioner`],
    [tokens.recovery, `${kind} recovery`],
    [tokens.dns.secret, `${kind} dns`],
  ];
  const known = new Map([...by(first, "first"), ...by(second, "second")]);
  return known.get(header.replace("X-Consul-Token: ", "")) ?? "another";
};

const unknown: Answer = { code: 403, body: "ACL not found" };
const self = "GET /v1/acl/token/self";
const list = "GET /v1/acl/tokens";

describe("a server between two rotations", () => {
  test("asks an agent with what that one knows, whichever side it is on", () => {
    const path = "/v1/agent/self";
    const chain = { ...unknown, next: { [via]: { [`GET ${path}`]: "{}" } } };
    // It has switched, and asks one that has not; it has never known another; it has not switched.
    for (const made of [host(rotated, rotated), host(rotated)]) {
      made.agents = { [via]: { [`GET ${path}`]: chain } };
      const { headers, status } = made.run("library", `ask ${via} ${path} >/dev/null`);
      expect(status).toBe(0);
      expect(headers.map(nameOf)).toEqual(["second recovery", "first recovery"]);
    }
  });

  test("asks the cluster with the former ones while the next are not made", () => {
    const says = host(rotated).says("library", "tokens_for /v1/snapshot; echo $tokens");
    expect(says).toBe("provisioner management former-provisioner former-management");
  });

  test("knows that they rotate, and that nothing does without a former one or another number", () => {
    expect(host(rotated).holds("library", "tokens_rotate")).toBe(true);
    expect(host({}, rotated).holds("library", "tokens_rotate")).toBe(true);
    expect(host(rotated, rotated).holds("library", "tokens_rotate")).toBe(false);
    const fresh = new Host();
    fresh.stage(fresh.render(acl, rotated));
    expect(fresh.holds("library", "tokens_rotate")).toBe(false);
  });

  // Found by reading: it reloaded to tokens that nobody had made, and its agent would have answered no DNS.
  test.each(["", "header", undefined])(
    "knows that they rotate also where a file of the former ones is damaged (%j), or gone",
    (text) => {
      const made = host(rotated);
      const file = "state/secrets/recovery.curl";
      if (text === undefined) rmSync(join(made.folder, file));
      else made.write(file, text);
      expect(made.holds("library", "tokens_rotate")).toBe(true);
    },
  );
});

describe("the next tokens", () => {
  const tried =
    "provisioner_works() { :; }; agents_work() { :; }; dns_works() { :; }; clients_work() { :; }";
  const stubs = `${tried}; find_agent() { via=${via}; }; sleep() { :; }; cluster_lock() { echo "lock for the $1"; }
    write_policy() { echo "policy with $1"; }; write_clients_policy() { :; }; write_token() { cat >/dev/null; echo "token with $maker"; }`;
  const member = (Name: string) => ({
    Name,
    Status: 1,
    Tags: { role: "consul", id: Name },
    Addr: "10.0.0.99",
  });
  const members = (...more: string[]) => JSON.stringify([...names, ...more].map(member));

  const prepare = (answers: Answers, more = ":", made = host(rotated)) => {
    made.agents = { [via]: { "GET /v1/agent/members": members(), ...answers } };
    return made.run("library", `${stubs}; ${more}; prepare_tokens`);
  };
  /** Consul as it was until the management token is written. */
  const unmade = (refused: number): Answers => {
    const answer = Array(refused)
      .fill(unknown)
      .reduce<Answer>((next) => ({ ...unknown, next: { [via]: { [list]: next } } }), {
        body: "[]",
      });
    const known = { [via]: { [self]: "{}", [list]: "[]" } };
    return { [self]: unknown, [list]: answer, "PUT /v1/acl/token": { body: "{}", next: known } };
  };

  test("are made with the management token of what runs, the next one among them, before anything else", () => {
    const { status, stdout, stderr, requests, headers } = prepare(unmade(1));
    expect({ status, deeds: stdout.trim().split("\n") }).toEqual({
      status: 0,
      deeds: [
        "lock for the rotation of the ACL tokens",
        "policy with former-management",
        ...Array(6).fill("token with former-management"),
      ],
    });
    expect(stderr).toContain("the next tokens of the ACLs are made");
    const at = requests.findIndex((request) => request.startsWith("PUT"));
    expect(requests[at]).toContain(`{"SecretID":"${second.management}"`);
    expect(headers.map(nameOf)).toContain("first management");
    expect(requests.join("\n")).not.toMatch(/DELETE/);
  });

  test("or with the provisioner's, where somebody has taken that one away", () => {
    const { status, stdout } = prepare(unmade(3));
    expect(status).toBe(0);
    expect(stdout).toContain("policy with former-provisioner\n");
  });

  test("are tried, and made no second time, where they are there", () => {
    const { status, stdout, requests } = prepare({ [self]: "{}", [list]: "[]" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("stop the run where nobody can make them: nothing was changed", () => {
    const limit = "passed() { :; }";
    const { status, stderr } = prepare({ [self]: unknown, [list]: unknown }, limit);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /not there within 30 s: neither the management token .*docs\/security\.md.* nothing was changed here/,
    );
  });

  test("wait for a run in which nobody leaves", () => {
    const { status, stderr } = prepare({ "GET /v1/agent/members": members("consul-4") });
    expect(status).toBe(1);
    expect(stderr).toMatch(/do not rotate while consul-4 is to leave.*keep it for a run/);
  });

  test("are nobody's trouble where none rotate", () => {
    const made = host({});
    expect(made.run("library", "prepare_tokens; await_tokens_here").requests).toEqual([]);
  });
});

describe("the activation of a rotation", () => {
  const activate = (reload: Answer | string, taken: Answer | string = "{}") => {
    const made = host(rotated);
    const answers = agent("1.22.0", "leader");
    made.agents = {
      [via]: {
        ...answers,
        "PUT /v1/agent/reload": reload,
        "GET /v1/agent/self": taken,
        "GET /v1/agent/members": "[]",
      },
    };
    const told = `prepare_tokens() { echo prepares; }; cluster_lock() { echo "lock for the $1"; }; switch_over() { echo switches; }
      switch_is_whole() { echo whole; }; reload_previous() { echo "reloads the previous"; }`;
    const set = made.render(acl, rotated);
    const call = `${harmless(made)}\n${told}\nmain name=consul-1 owner=${owner}`;
    return made.run("activate.sh", call, set.desired);
  };

  test("has the tokens first, then switches and reloads", () => {
    const { status, stdout } = activate("");
    expect({ status, deeds: stdout.trim().split("\n") }).toEqual({
      status: 0,
      deeds: ["lock for the activation", "prepares", "switches", "whole"],
    });
  });

  test("is taken back where Consul refuses, and where it does not know them after it", () => {
    for (const [reload, taken, said] of [
      [{ code: 500, body: "no" }, "{}", /refuses to reload/],
      ["", unknown, /does not know its new tokens/],
    ] as const) {
      const { status, stdout, stderr } = activate(reload, taken);
      expect(status).toBe(1);
      expect(stdout).toContain("reloads the previous\n");
      expect(stderr).toMatch(said);
    }
  });
});

describe("the client agents' token of before is known until the rotation after", () => {
  const key = "/v1/kv/consul-cluster/clients-tokens";
  const notes = (staged: SetOptions, was: Answer | string) => {
    const made = host(staged, staged);
    made.agents = { [via]: { [`GET ${key}?raw&consistent`]: was, [`PUT ${key}`]: "true" } };
    const { stdout, stderr, requests } = made.run(
      "library",
      `via=${via}; note_clients_token; echo "$clients_before"`,
    );
    const written = requests.flatMap((one) => /^PUT \S+clients-tokens (.*)/.exec(one)?.[1] ?? []);
    return { before: stdout.trim(), written, stderr };
  };
  const [one, two] = [first, second].map(({ clients }) => clients.accessor);
  const none = { code: 404 };

  test.each<[string, SetOptions, Answer | string, string, string[]]>([
    ["the first time", {}, none, "", [`${one} -`]],
    ["the first time, in a rotation", rotated, none, `${one}`, [`${two} ${one}`]],
    ["other ACLs, after some that ended", {}, "c0 c-1", "", [`${one} -`]],
    ["a rotation", rotated, `${one} -`, `${one}`, [`${two} ${one}`]],
    ["nothing new", rotated, `${two} ${one}`, `${one}`, []],
    // The one in between was cut off: it gave nothing to anybody.
    ["a rotation after one that was cut off", rotated, "c0 c-1", "c0", [`${two} c0`]],
    ["one that was cut off, and taken back", rotated, `${two} c0`, "c0", []],
  ])("%s", (_, staged, was, before, written) => {
    expect(notes(staged, was)).toMatchObject({ before, written });
  });

  test("where that is not known nothing is taken away", () => {
    expect(notes(rotated, { code: 500 })).toMatchObject({ before: "", written: [] });
    expect(notes(rotated, { code: 500 }).stderr).toContain("is not known");
  });
});

test("what readiness takes away of the rotation before is all but the clients' token that is noted", () => {
  const made = host(rotated, rotated);
  const row = (AccessorID: string, Description: string) => ({ AccessorID, Description });
  const before = [
    row(first.provisioner.accessor, "consul-cluster provisioner"),
    row(first.clients.accessor, "consul-cluster clients"),
    row(first.dns.accessor, "consul-cluster dns"),
  ];
  made.agents = {
    [via]: {
      [self]: JSON.stringify(row("m2", "Initial Management Token")),
      [list]: JSON.stringify([
        row("m2", "Initial Management Token"),
        row("m1", "Initial Management Token"),
        row("c0", "consul-cluster clients"),
        row("c1", "consul-cluster clients"),
        ...before,
      ]),
      "GET /v1/agent/members": JSON.stringify([
        { Name: "consul-1", Status: 1, Tags: { role: "consul", id: "x" }, Addr: "10.0.0.11" },
      ]),
      ...Object.fromEntries(
        ["c0", ...before.map(({ AccessorID }) => AccessorID)].map((accessor) => [
          `DELETE /v1/acl/token/${accessor}`,
          "true",
        ]),
      ),
      "PUT /v1/acl/token/m1": "{}",
    },
  };
  const { requests } = made.run("library", `via=${via}; clients_before=c1; remove_older_tokens`);
  expect(requests.flatMap((request) => /DELETE .*token\/(\S+)/.exec(request)?.[1] ?? [])).toEqual([
    "c0",
    first.provisioner.accessor,
    first.clients.accessor,
    first.dns.accessor,
  ]);
});
