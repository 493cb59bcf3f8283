// With which token Consul is asked, and that none shows where others look. The answers are recorded ones.
//
// Does not prove that Consul lets these tokens in: test/changes/12-acl.test.ts does.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aclTokens } from "../../../components/render/acl";
import type { Answer } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";
import { recorded, releases } from "./answers";

type Policy = "off" | "allow" | "deny";

const own = "http://127.0.0.1:80";
const tokens = aclTokens("golden", ["consul-1", "consul-2", "consul-3"]);
const [health, self] = ["/v1/operator/autopilot/health", "/v1/agent/self"];
const yes = "{}";
const refused = "no right to it";

/** A host between two policies; `previous`: of a switch that is not whole. */
function host(applied: Policy, staged: Policy = applied, previous?: Policy): Host {
  const made = new Host();
  const set = (policy: Policy) => made.render({ acl: { defaultPolicy: policy } });
  if (previous) made.write("state/previous/facts", set(previous).config.facts as string);
  made.apply(set(applied));
  made.stage(set(staged));
  return made;
}

/** By which tokens a question is tried, of an agent that answers these one after the other. */
function tried(made: Host, path: string, answers: (Answer | string)[] = [yes]) {
  const [first, ...others] = [...answers].reverse();
  const answer = others.reduce<Answer>(
    (next, each) => ({
      ...(typeof each === "string" ? { body: each } : each),
      next: { [own]: { [`GET ${path}`]: next } },
    }),
    typeof first === "string" ? { body: first } : (first as Answer),
  );
  made.agents = { [own]: { [`GET ${path}`]: answer } };
  const call = `status=0; ask ${own} "${path}" || status=$?; echo " $status"`;
  const { stdout, stderr, requests, headers } = made.run("library", call);
  expect(stderr).toBe("");
  const names = headers.map((header) => {
    if (header === `X-Consul-Token: ${tokens.management}`) return "management";
    if (header === `X-Consul-Token: ${tokens.recovery}`) return "recovery";
    return header === `X-Consul-Token: ${tokens.provisioner.secret}` ? "provisioner" : header;
  });
  return { names, asked: requests.length, said: stdout.trim() };
}

describe("a question is asked", () => {
  test.each<[string, [Policy, Policy?, Policy?], string, string[]]>([
    ["without a token, where there are no ACLs", ["off"], health, []],
    ["of the agent's own without one, where there are no ACLs", ["off"], self, []],
    // In the first rolling restart the provisioner's does not exist yet, and would be refused.
    ["without one, before the first restart", ["off", "allow"], health, []],
    ["of the agent's own with what each agent knows", ["off", "allow"], self, ["recovery"]],
    ["without one, where everybody may", ["allow"], health, []],
    [
      "with the provisioner's, before the second restart",
      ["allow", "deny"],
      health,
      ["provisioner"],
    ],
    ["with the provisioner's, where nobody may", ["deny"], health, ["provisioner"]],
    ["of the agent's own with the recovery token", ["deny"], self, ["recovery"]],
    ["with the provisioner's, on the way back", ["deny", "allow"], health, ["provisioner"]],
    ["with it until that way is whole", ["allow", "allow", "deny"], health, ["provisioner"]],
    ["without one, on the way off", ["allow", "off"], health, []],
    ["who leads: without one", ["deny"], "/v1/status/leader", []],
    ["of force-leave as of the cluster", ["deny"], "/v1/agent/force-leave/x", ["provisioner"]],
    ["of the ACLs with the management token", ["deny"], "/v1/acl/tokens", ["management"]],
  ])("%s", (_, policies, path, names) => {
    expect(tried(host(...policies), path)).toEqual({ names, asked: 1, said: `${yes} 0` });
  });
});

describe("while other tokens are staged than those of what runs", () => {
  const off = () => {
    const made = host("allow");
    made.says("library", "keep_secrets");
    rmSync(join(made.folder, "state/staged"), { recursive: true });
    made.stage(made.render());
    return made;
  };
  const stranger = recorded("1.22.0", "anonymous-leader.autopilot-health");

  test("those of what runs are used: on the way off it still judges by them", () => {
    expect(tried(off(), self)).toEqual({ names: ["recovery"], asked: 1, said: `${yes} 0` });
    expect(tried(off(), health, [stranger, yes]).names).toEqual(["provisioner"]);
    expect(off().says("library", "tokens_for /v1/snapshot; echo $tokens; agent_token")).toBe(
      "none former-provisioner former-management\nformer-recovery",
    );
  });

  // Seen: half a file, and every question to an agent that had not switched yet ended there, unnamed.
  test.each(["", 'header = "X-Consul-Token: ', 'header = "X-Consul-Token: \0\0"\n', "\0\0\0"])(
    "one of them that is damaged (%j) counts as none",
    (text) => {
      const made = off();
      made.write("state/secrets/recovery.curl", text);
      expect(made.says("library", "tokens_for /v1/agent/self; echo $tokens")).toBe("none");
    },
  );

  test("and are gone once the switch is whole", () => {
    const made = off();
    expect(
      made.says("library", "keep_secrets; tokens_for /v1/snapshot; echo $tokens; agent_token"),
    ).toBe("none\nnone");
  });

  test("they lie in files of root's, and are no others where they are the same", () => {
    const made = host("deny");
    const modes =
      'keep_secrets; stat -c %a "$APPLIED_SECRETS"; find "$APPLIED_SECRETS" -type f -perm /077';
    expect(made.says("library", `umask 022; chmod 600 "$STAGED"/secrets/*; ${modes}`)).toBe("700");
    expect(made.says("library", "tokens_for /v1/snapshot; echo $tokens; agent_token")).toBe(
      "provisioner management\nrecovery",
    );
  });
});

describe.each(releases)("what is refused is asked again, Consul %s", (release) => {
  const unknown = recorded(release, "wrong-token.autopilot-health");
  const stranger = recorded(release, "anonymous-leader.autopilot-health");

  test("with the management token, where nobody knows the provisioner's yet", () => {
    expect(tried(host("deny"), health, [unknown, yes])).toEqual({
      names: ["provisioner", "management"],
      asked: 2,
      said: `${yes} 0`,
    });
  });

  test("with the provisioner's, where a leader on the other side of a change denies", () => {
    expect(tried(host("allow"), health, [stranger, yes])).toEqual({
      names: ["provisioner"],
      asked: 2,
      said: `${yes} 0`,
    });
    expect(tried(host("off", "allow"), health, [stranger, unknown, yes]).names).toEqual([
      "provisioner",
      "management",
    ]);
  });

  // Its policy was taken away by hand: the run goes on, and gives it back at its end.
  test("with the management token, where the provisioner's may not what it should", () => {
    expect(tried(host("deny"), health, [{ code: 403, body: refused }, yes])).toEqual({
      names: ["provisioner", "management"],
      asked: 2,
      said: `${yes} 0`,
    });
    expect(tried(host("deny"), self, [{ code: 403, body: refused }]).names).toEqual(["recovery"]);
  });

  test("and where nobody is let in, it stays forbidden, without a word", () => {
    expect(tried(host("deny"), health, [unknown, unknown]).said).toBe("3");
    expect(tried(host("deny"), self, [unknown])).toMatchObject({ asked: 1, said: "3" });
    expect(tried(host("off"), health, [stranger])).toMatchObject({ asked: 1, said: "3" });
  });
});

test("a body is sent again with the question", () => {
  const made = host("deny");
  const question = "PUT /v1/operator/keyring";
  const unknown = recorded("1.22.0", "wrong-token.keyring");
  made.agents = { [own]: { [question]: { ...unknown, next: { [own]: { [question]: yes } } } } };
  const call = `printf '{"Key":"k"}' | ask ${own} /v1/operator/keyring -X PUT -d @-`;
  const { requests } = made.run("library", call);
  expect(requests).toEqual(Array(2).fill(`PUT ${own}/v1/operator/keyring {"Key":"k"}`));
});

test("without the file of a token nothing is asked", () => {
  const made = host("deny");
  made.agents = { [own]: { [`GET ${health}`]: yes } };
  const call = `rm "$STAGED/secrets/management.curl"; request management ${own} ${health} || echo $?`;
  const { stdout, requests } = made.run("library", call);
  expect([stdout, requests]).toEqual(["2\n", []]);
});

test("what is quoted of others shows no token", () => {
  const { management, recovery, provisioner } = tokens;
  const text = [management, recovery, provisioner.secret].map((token) => `a ${token} b`).join("\n");
  expect(host("deny").says("library", "without_secrets", text)).toBe(
    Array(3).fill("a [secret] b").join("\n"),
  );
});
