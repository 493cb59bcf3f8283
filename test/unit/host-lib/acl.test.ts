// What readiness takes away of the tokens in Consul, and how it tries those that it has made. Answers are made up in the
// form of real ones (1.19.2 and 1.22.0 give the same).
//
// Does not prove that Consul makes such tokens, or what each of them may: test/changes/12-acl.test.ts does.

import { describe, expect, test } from "vitest";
import { aclTokens } from "../../../components/render/acl";
import type { Answer, Answers } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";

const via = "http://127.0.0.1:80";
const names = ["consul-1", "consul-2", "consul-3"];
const tokens = aclTokens("golden", names);
const management = "211ea800-58fa-73ed-b1ac-dd87bc73e103";

const row = (AccessorID: string, Description: string) => ({ AccessorID, Description });
const known = [
  row(management, "Initial Management Token"),
  row("00000000-0000-0000-0000-000000000002", "Anonymous Token"),
  row(tokens.provisioner.accessor, "consul-cluster provisioner"),
  row(tokens.dns.accessor, "consul-cluster dns"),
  row(tokens.clients.accessor, "consul-cluster clients"),
  ...names.map((name) => row(tokens.agents[name]?.accessor ?? "", `consul-cluster agent ${name}`)),
];

function host(answers: Answers): Host {
  const made = new Host();
  made.apply(made.stage(made.render({ acl: {} })));
  made.agents = { [via]: answers };
  return made;
}

const member = (Name: string, Status: number) => ({
  Name,
  Status,
  Tags: { role: "consul", id: Name },
  Addr: "10.0.0.99",
  Port: 8301,
});

describe("older tokens", () => {
  const removed = (more: typeof known) => {
    const gone = Object.fromEntries(
      more.flatMap(({ AccessorID }) => [
        [`DELETE /v1/acl/token/${AccessorID}`, "true"],
        [`PUT /v1/acl/token/${AccessorID}`, "{}"],
      ]),
    );
    const made = host({
      "GET /v1/acl/token/self": JSON.stringify(known[0]),
      "GET /v1/acl/tokens": JSON.stringify([...known, ...more]),
      "GET /v1/agent/members": JSON.stringify([
        member("consul-1", 1),
        member("consul-4", 3),
        member("consul-5", 1),
      ]),
      ...gone,
    });
    const { status, requests } = made.run("library", `via=${via}; remove_older_tokens`);
    expect(status).toBe(0);
    return requests.flatMap((request) => {
      const [, method, accessor] = /^(DELETE|PUT) .*token\/(\S+)/.exec(request) ?? [];
      if (accessor === undefined) return [];
      if (method === "PUT") expect(request).toContain(`{"AccessorID":"${accessor}",`);
      return method === "PUT" && /"Policies":\[\]\}$/.test(request)
        ? `${accessor} is disarmed`
        : accessor;
    });
  };

  test("of servers that are gone and of another seed go; a management token of before loses its rights, for a server that has it in memory would make it again", () => {
    const older = [
      row("a1", "consul-cluster agent consul-4"),
      // Of a server that stays: it has another one by now.
      row("a4", "consul-cluster agent consul-1"),
      row("a2", "consul-cluster provisioner"),
      row("a3", "Initial Management Token"),
      row("a5", "consul-cluster clients"),
    ];
    expect(removed(older)).toEqual(["a1", "a4", "a2", "a3 is disarmed", "a5"]);
    expect(removed([row("a3", "consul-cluster former management token, without rights")])).toEqual(
      [],
    );
  });

  test("that of a server which is about to leave stays until it has left", () => {
    expect(removed([row("a1", "consul-cluster agent consul-5")])).toEqual([]);
  });

  test("what others have made stays", () => {
    expect(removed([row("a1", ""), row("a2", "shop"), row("a3", "Bootstrap Token")])).toEqual([]);
  });
});

// The answers are those of real agents, 1.19.2 and 1.22.0: a secret that is given is taken, also of a management token.
describe("a management token that Consul has not any more", () => {
  const list = "GET /v1/acl/tokens";
  const gone = { code: 403, body: "ACL not found" };
  const settle = (made: Answer | string) => {
    const again = { body: JSON.stringify(known) };
    const here = host({
      [list]: gone,
      "GET /v1/acl/token/self": gone,
      "PUT /v1/acl/token":
        typeof made === "string" ? { body: made, next: { [via]: { [list]: again } } } : made,
    });
    const stubs =
      "write_policy() { echo policy; }; write_clients_policy() { :; }; write_token() { cat >/dev/null; echo token; }";
    const call = `via=${via}; ${stubs}; tokens_are_made || echo "$reason"`;
    return here.run("library", call);
  };

  test("is made again by the provisioner's, with the secret of the settings", () => {
    const { stdout, stderr, requests, headers } = settle("{}");
    expect(stdout).toMatch(/^policy\n(token\n)+$/);
    expect(stderr).toContain("was gone from Consul, and is made again");
    const body = `{"SecretID":"${tokens.management}","Description":"Initial Management Token","Policies":[{"ID":"00000000-0000-0000-0000-000000000001"}]}`;
    expect(requests[2]).toBe(`PUT ${via}/v1/acl/token ${body}`);
    expect(headers[2]).toBe(`X-Consul-Token: ${tokens.provisioner.secret}`);
  });

  // Of a rotation that is gone back to: it stays in Consul, without rights.
  test("or that it has without rights gets them again", () => {
    const again = { [via]: { [list]: { body: JSON.stringify(known) } } };
    const here = host({
      [list]: { code: 403, body: "Permission denied" },
      "GET /v1/acl/token/self": '{"AccessorID":"m1"}',
      "PUT /v1/acl/token/m1": { body: "{}", next: again },
    });
    const stubs =
      "write_policy() { :; }; write_clients_policy() { :; }; write_token() { cat >/dev/null; }";
    const call = `via=${via}; ${stubs}; tokens_are_made || echo "$reason"`;
    const { stdout, requests } = here.run("library", call);
    expect(stdout).toBe("");
    expect(requests).toContain(
      `PUT ${via}/v1/acl/token/m1 {"AccessorID":"m1","Description":"Initial Management Token","Policies":[{"ID":"00000000-0000-0000-0000-000000000001"}]}`,
    );
  });

  test("and where that one is refused, too, the way on is said, which is no other run", () => {
    expect(settle(gone).stdout).toMatch(
      /neither the management token .* in \(403\).* at an election: .* restart the one that leads by hand/,
    );
  });
});

// Seen: "no server that knows a leader makes a session", where it was a right that was missing.
test("a session that is refused is said to be, with the way on", () => {
  const made = host({ "PUT /v1/session/create": { code: 403, body: "Permission denied" } });
  const stubs = `find_agent() { via=${via}; }; find_peer_agent() { :; }; passed() { :; }`;
  const { status, stderr } = made.run("library", `via=${via}; ${stubs}; cluster_lock activation`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/asked for a session, \S+ refuses that .*\(403\): docs\/security\.md/);
});

describe("the agents' tokens", () => {
  const members = names.map((Name, i) => ({
    Name,
    Status: 1,
    Tags: { role: "consul", id: `${i}` },
    Addr: `10.0.0.1${i + 1}`,
  }));
  const works = (seen: (answer: typeof members) => typeof members, strangers: typeof members) => {
    const question = "GET /v1/agent/members";
    // Asked with the recovery token first, then with that of each agent, and where that sees more than its own, with none.
    const asked = members.flatMap((member) => {
      const answer = seen([member]);
      return answer.length === 1 ? [answer] : [answer, strangers];
    });
    const answers = [members, ...asked].map((list) => JSON.stringify(list));
    const chain = answers.reduceRight<Answers | undefined>(
      (next, body) => ({ [question]: { body, ...(next && { next: { [via]: next } }) } }),
      undefined,
    );
    return host(chain as Answers).holds("library", `{ via=${via}; agents_work; }`);
  };

  test("work where each sees its own node, and no other", () => {
    expect(works((own) => own, [])).toBe(true);
  });

  // Seen: allow to deny and a rotation in one run, which ended in "the token of the agent may not what it should" for ever. What is
  // staged is deny here.
  test("work where each sees everything, as long as everybody does: servers that deny are only on their way", () => {
    expect(works(() => members, members)).toBe(true);
  });

  test("do not where one sees nothing, or everything", () => {
    expect(works(() => [], [])).toBe(false);
    expect(works(() => members, [])).toBe(false);
    // Somebody has given strangers the right, which is none of the token's.
    expect(works(() => [], members)).toBe(false);
  });
});

describe("the token of client agents", () => {
  const authorize = "POST /v1/internal/acl/authorize";
  const allowed = (...rights: boolean[]) => JSON.stringify(rights.map((Allow) => ({ Allow })));
  const works = (answer: Answer | string) =>
    host({ [authorize]: answer }).run("library", `via=${via}; clients_work`);

  test("works where Consul says of each right that it has it", () => {
    const { status, requests, headers } = works(allowed(true, true, true));
    expect(status).toBe(0);
    expect(requests[0]).toMatch(/"node","Access":"write".*"service","Access":"write".*"query"/);
    expect(headers).toEqual([`X-Consul-Token: ${tokens.clients.secret}`]);
  });

  test("does not where it lacks one, or is not known", () => {
    for (const answer of [allowed(true, false, true), allowed(), { code: 403, body: "not found" }])
      expect(works(answer).status).toBe(1);
  });

  test("writes nodes and services, and nothing else", () => {
    const name = "GET /v1/acl/policy/name/consul-cluster-clients";
    const made = host({ [name]: { code: 404, body: "" }, "PUT /v1/acl/policy": "{}" });
    const { requests } = made.run("library", `via=${via}; write_clients_policy`);
    const { Rules } = JSON.parse(requests[1]?.replace(/^\S+ \S+ /, "") as string);
    expect(Rules.trim().split("\n")).toEqual([
      'node_prefix "" { policy = "write" }',
      'service_prefix "" { policy = "write" }',
      'query_prefix "" { policy = "read" }',
    ]);
  });
});

describe("whoever has no token", () => {
  const question = "GET /v1/kv/consul-cluster/servers?consistent";

  test.each([
    ["is refused: that is the policy", 403, ""],
    [
      "is answered: the operator's anonymous token may",
      200,
      "the anonymous token, or a default one",
    ],
    ["is not answered: no evidence", 500, ""],
  ])("%s; it stops nothing", (_, code, said) => {
    const made = host({ [question]: { code, body: "[]" } });
    const { status, stderr } = made.run("library", `via=${via}; tell_of_strangers`);
    expect(status).toBe(0);
    if (said === "") expect(stderr).toBe("");
    else expect(stderr).toContain(said);
  });
});
