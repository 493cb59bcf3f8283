// The token of a client's agent: its files, what a change of it costs, with which token its host's scripts ask, and what
// they make of one that nobody knows.
//
// Does not prove that Consul takes it: test/changes/14-tls-clients.test.ts does.

import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { validateClients } from "../../../components/validate/client";
import type { Answers } from "../../support/curl/fakeConsul";
import { clientHost } from "./host";
import { clientArgs, rendered } from "./support";

const api = "http://127.0.0.1:8500";
const agentToken = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";
const other = "5f2b0d8e-0c3c-4c3f-8d7a-6a1f5a1f7b10";
const json = (text: string | undefined) => JSON.parse(text as string);

describe("the files", () => {
  const { files, secrets } = rendered({ agentToken });

  test("turn ACLs on in the open, and have the token where nobody else reads", () => {
    expect(json(files["10-client.json"]).acl).toEqual({
      enabled: true,
      default_policy: "deny",
      enable_token_persistence: false,
    });
    expect(json(secrets["30-secrets.json"]).acl.tokens).toEqual({
      agent: agentToken,
      agent_recovery: expect.stringMatching(/^[0-9a-f-]{36}$/),
      config_file_service_registration: agentToken,
      dns: agentToken,
    });
    expect(JSON.stringify(files)).not.toContain(agentToken);
    expect(Object.keys(secrets).filter((name) => /curl|token/.test(name))).toEqual([
      "agent.curl",
      "agent.token",
      "recovery.curl",
      "recovery.token",
      "tokens-label",
    ]);
  });

  test("the scripts' own token is of the agent's, and another one", () => {
    const recovery = (token: string) => rendered({ agentToken: token }).secrets["recovery.token"];
    expect(recovery(agentToken)).toBe(secrets["recovery.token"]);
    expect(recovery(agentToken)).not.toBe(`${agentToken}\n`);
    expect(recovery(agentToken)).not.toBe(recovery(other));
  });

  test("judge as the servers do, where that is said; without a token nothing is", () => {
    const policyOf = (more: Partial<PlainClientArgs>) =>
      json(rendered(more).files["10-client.json"]).acl?.default_policy;
    expect(policyOf({ agentToken, aclDefaultPolicy: "allow" })).toBe("allow");
    for (const aclDefaultPolicy of ["off", "allow", "deny"])
      expect(policyOf({ agentToken: "", aclDefaultPolicy })).toBeUndefined();
    expect(rendered({ agentToken: "" }).wanted).toBe(rendered().wanted);
    expect(rendered({ agentToken: "" }).secrets).toEqual(rendered().secrets);
  });
});

describe("what is refused", () => {
  const problems = (more: object) =>
    validateClients(clientArgs(more as Partial<PlainClientArgs>)).map(
      ({ path, message }) => `${path}: ${message}`,
    );

  test.each<[object, string]>([
    [{ agentToken: "some-words" }, "agentToken: is no UUID in lower-case letters"],
    [{ agentToken: 7 }, "agentToken: must be a token, not a number"],
    [{ agentToken, aclDefaultPolicy: "maybe" }, 'aclDefaultPolicy: "maybe" is none of "deny"'],
    [{ agentToken, aclDefaultPolicy: "off" }, 'aclDefaultPolicy: "off" has no sense beside'],
    [{ aclDefaultPolicy: "deny" }, "aclDefaultPolicy: has no effect without an agentToken"],
    [{ agentToken, extraConfig: { acl: { enabled: true } } }, "extraConfig.acl: "],
  ])("%j", (said, message) => {
    expect(problems(said)).toEqual([expect.stringContaining(message)]);
    expect(problems(said).join()).not.toContain("some-words");
  });

  test("nothing of what a cluster hands on", () => {
    for (const aclDefaultPolicy of ["allow", "deny"])
      expect(problems({ agentToken, aclDefaultPolicy })).toEqual([]);
    expect(problems({ agentToken: "", aclDefaultPolicy: "off" })).toEqual([]);
    expect(problems({ extraConfig: { acl: { enabled: true } } })).toEqual([]);
  });
});

describe("on its host", () => {
  const host = (more: Partial<PlainClientArgs>, before: Partial<PlainClientArgs> = more) => {
    const made = clientHost(rendered(more));
    made.write("state/active", rendered(before).wanted);
    return made;
  };

  test.each<[string, string, Partial<PlainClientArgs>, Partial<PlainClientArgs>]>([
    ["restart", "a first one", { agentToken }, {}],
    ["restart", "none any more", {}, { agentToken }],
    ["restart", "another policy", { agentToken, aclDefaultPolicy: "allow" }, { agentToken }],
    ["reload", "another one", { agentToken: other }, { agentToken }],
    ["no_op", "the same", { agentToken }, { agentToken }],
  ])("%s: %s", (action, _, more, before) => {
    expect(host(more, before).says("activate-client.sh", "choose_action")).toBe(action);
  });

  test("the staged set is found to be what was asked for", () => {
    const set = rendered({ agentToken });
    const read = clientHost(set).says(
      "activate-client.sh",
      'read_desired; echo "$release"',
      set.wanted,
    );
    expect(read).toBe("1.22.0");
    const { wanted } = rendered({ agentToken: other });
    expect(() => clientHost(set).says("activate-client.sh", "read_desired", wanted)).toThrow(
      /the staged tokens are not those of this run/,
    );
  });

  test("its agent is asked with the scripts' own, and the cluster with none", () => {
    const tokens = (path: string) =>
      host({ agentToken }).says("library", `tokens_for ${path}; echo "$tokens"`);
    expect(tokens("/v1/agent/self")).toBe("recovery");
    expect(tokens("/v1/kv/x")).toBe("none");
    expect(host({}).says("library", 'tokens_for /v1/agent/self; echo "$tokens"')).toBe("none");
  });

  const self = "GET /v1/acl/token/self";
  const known = (answers: Answers, more: Partial<PlainClientArgs> = { agentToken }) => {
    const made = host(more);
    made.agents = { [api]: answers };
    const call = `api=${api}; TOKEN_S=0; sleep() { :; }; await_agent_token || echo "$reason"`;
    return made.run("activate-client.sh", call);
  };

  test("the agent's token has to be known to the servers, and is tried by itself", () => {
    const { stdout, headers } = known({ [self]: "{}" });
    expect(stdout).toBe("");
    expect(headers).toEqual([`X-Consul-Token: ${agentToken}`]);
    expect(known({ [self]: { code: 403, body: "ACL not found" } }).stdout).toMatch(
      /^the agentToken is not known to the servers, or they have no ACLs: .*\(403\)/,
    );
    expect(known({}, {})).toMatchObject({ stdout: "", requests: [] });
  });

  test("a reload with one that nobody knows is taken back", () => {
    const made = host({ agentToken: other }, { agentToken });
    made.agents = {
      [api]: { "PUT /v1/agent/reload": "", [self]: { code: 403, body: "ACL not found" } },
    };
    const stubs =
      "switch_over() { :; }; restore_previous() { echo restored; }; forget_previous() { :; }; sleep() { :; }; TOKEN_S=0;";
    const { status, stdout, stderr } = made.run(
      "activate-client.sh",
      `api=${api}; ${stubs} reload`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "restored\n" });
    expect(stderr).toContain("the agentToken is not known to the servers");
  });

  test("no word of Consul's shows it", () => {
    const shown = host({ agentToken }).says("library", "without_secrets", `token ${agentToken}.`);
    expect(shown).toBe("token [secret].");
  });
});
