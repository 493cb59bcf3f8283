// The tokens of a cluster, and the files in which they lie on a server.
//
// Does not prove that Consul takes them: test/changes/12-acl.test.ts does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AclTokens,
  aclTokens,
  renderAclFiles,
  rotatedTokens,
  rotationLabel,
  stagedTokensLabel,
  tokenLabel,
} from "../../../components/render/acl";

const seed = Buffer.alloc(32, "seed").toString("base64");
const names = ["consul-1", "consul-2", "consul-3"];

const all = ({ management, recovery, provisioner, dns, clients, agents }: AclTokens): string[] => [
  management,
  recovery,
  ...[provisioner, dns, clients, ...Object.values(agents)].flatMap(({ accessor, secret }) => [
    accessor,
    secret,
  ]),
];

describe("the tokens of a seed", () => {
  test("are what they were when states were first written with them", () => {
    expect(aclTokens(seed, ["consul-1"])).toEqual({
      management: "09c75408-c1e6-4df9-9be2-cf2d82964495",
      recovery: "b5012d99-f5ab-445f-8710-58790afa3e36",
      provisioner: {
        accessor: "7f8f39b7-790e-4f98-953b-d102601d16a9",
        secret: "d36d7477-0cc5-403c-b308-9bfa2dbc75ff",
      },
      dns: {
        accessor: "d49e934b-b722-45f1-87e0-e1fde330c7f8",
        secret: "79715aa6-6194-409a-8c16-696446634f9c",
      },
      clients: {
        accessor: "a8261183-7f94-4e4b-9422-7e17894eae4c",
        secret: "104488d5-ef5b-4a09-972d-c02f8e8b3c05",
      },
      agents: {
        "consul-1": {
          accessor: "55853c34-704b-4ee5-b573-a5a1b4e81da9",
          secret: "c493b3a4-4119-444c-938c-20686fa6f10e",
        },
      },
    });
  });

  test("are UUIDs, each another one", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (any) => {
        const tokens = all(aclTokens(any, names));
        for (const token of tokens)
          expect(token).toMatch(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
          );
        expect(new Set(tokens).size).toBe(tokens.length);
      }),
    );
  });

  test("have nothing in common with those of another seed", () => {
    const [one, other] = [all(aclTokens("one", names)), all(aclTokens("other", names))];
    expect(one.filter((token) => other.includes(token))).toEqual([]);
  });

  test("are the same whoever comes, goes or stands in another place", () => {
    const few = aclTokens(seed, names.slice(0, 1));
    const many = aclTokens(seed, [...names].reverse());
    expect({ ...many, agents: undefined }).toEqual({ ...few, agents: undefined });
    expect(many.agents["consul-1"]).toEqual(few.agents["consul-1"]);
  });

  test("a management token that is handed in takes the place of the one, and changes no other", () => {
    const given = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";
    const { management, ...others } = aclTokens(seed, names, given);
    expect(management).toBe(given);
    const { management: _, ...made } = aclTokens(seed, names);
    expect(others).toEqual(made);
    expect(tokenLabel(given)).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("another rotation", () => {
  const [first, second, third] = [seed, `${seed} 2 1`, `${seed} 3 2`].map((said) =>
    rotatedTokens(said, names),
  ) as [AclTokens, AclTokens, AclTokens];

  test("the first one's are those of the seed itself, and its labels those that they were", () => {
    expect(first).toEqual(aclTokens(seed, names));
    expect([rotationLabel(), rotationLabel(1), stagedTokensLabel("made", "")]).toEqual([
      "",
      "",
      "made",
    ]);
    expect(stagedTokensLabel("made", rotationLabel(2))).toBe("made.rotation-2");
  });

  test("has none of another's, but what is known of the one before it", () => {
    for (const [one, other] of [
      [first, second],
      [second, third],
      [first, third],
    ] as const)
      expect(all(one).filter((token) => all(other).includes(token))).toEqual([]);
    expect(third.before).toEqual({
      recovery: second.recovery,
      clients: second.clients.accessor,
    });
  });

  test("that is taken back has the tokens of before, and knows of the one that was taken back", () => {
    const { before, ...tokens } = rotatedTokens(`${seed} 1 2`, names);
    expect(tokens).toEqual(first);
    expect(before?.recovery).toBe(second.recovery);
  });

  test("with which a cluster begins has none before it", () => {
    const { before: _, ...tokens } = second;
    expect(rotatedTokens(`${seed} 2`, names)).toEqual(tokens);
  });

  test("leaves a management token that was handed in as it is", () => {
    const given = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";
    const tokens = rotatedTokens(`${seed} 2 1`, names, given);
    expect(tokens).toEqual({ ...second, management: given });
  });

  test("lays down what agents of before know, and which token is kept; not that token itself", () => {
    const files = renderAclFiles({ tokens: second, label: "made.rotation-2", server: "consul-2" });
    expect(files["recovery-before.token"]).toBe(`${first.recovery}\n`);
    expect(files["acl-tokens"]).toContain(`\nkept clients ${first.clients.accessor} -\n`);
    expect(JSON.stringify(files)).not.toContain(first.clients.secret);
    expect(files["tokens-label"]).toBe("made.rotation-2\n");
  });
});

test("each token that the scripts use lies in a file for curl and in one for Consul's own commands", () => {
  const tokens = aclTokens(seed, names);
  const files = renderAclFiles({ tokens, label: "made", server: "consul-2" });
  for (const [name, token] of [
    ["management", tokens.management],
    ["provisioner", tokens.provisioner.secret],
    ["recovery", tokens.recovery],
  ]) {
    expect(files[`${name}.curl`]).toBe(`header = "X-Consul-Token: ${token}"\n`);
    expect(files[`${name}.token`]).toBe(`${token}\n`);
  }
  expect(files["acl-tokens"]?.trim().split("\n")).toHaveLength(6);
});
