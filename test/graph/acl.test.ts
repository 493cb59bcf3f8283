// The tokens of ACLs: of a seed that is made once, secret wherever they travel, and nowhere without `acl`. The two scripts
// of the seed's command run here as the Command plugin runs them.
//
// Does not prove what the engine and the hosts do with them: test/changes/12-acl.test.ts looks at a cluster.

import { spawnSync } from "node:child_process";
import { isSecret, secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { aclTokens, rotatedTokens } from "../../components/render/acl";
import { clusterOf, existing, madeSeed, names, nspawn, textOf } from "./support/clusters";
import { expectSecretIn } from "./support/places";

const withAcl = (acl: ConsulClusterArgs["acl"] = {}) => ({ ...existing(), acl });
const tokens = aclTokens(madeSeed, names(3));
const given = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";

async function run(input: "create" | "update", previous?: string, rotation?: number) {
  const command = (await clusterOf(withAcl({ rotation }))).get("c-acl-seed");
  const [program, ...args] = command.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  Object.assign(env, command.inputs.environment);
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  return spawnSync(program, [...args, textOf(command, input)], { env, encoding: "utf8" });
}

describe("the seed", () => {
  test("is made of 32 random bytes, and a later run says the same again", async () => {
    const [one, other] = [await run("create"), await run("create")];
    expect(Buffer.from(one.stdout, "base64")).toHaveLength(32);
    expect(one.stdout).not.toBe(other.stdout);
    expect(await run("update", one.stdout)).toMatchObject({ status: 0, stdout: one.stdout });
  });

  test("is not made again where it was lost", async () => {
    for (const previous of [undefined, ""]) {
      const { status, stdout, stderr } = await run("update", previous);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toContain("bring the state back");
    }
  });

  test("is kept in each rotation, with its number and the one before", async () => {
    const seed = (await run("create")).stdout;
    expect((await run("create", undefined, 2)).stdout).toMatch(/^\S{44} 2$/);
    for (const [previous, rotation, said] of [
      [seed, 1, seed],
      [seed, 2, `${seed} 2 1`],
      [`${seed} 2 1`, 2, `${seed} 2 1`],
      [`${seed} 9 2`, 10, `${seed} 10 9`],
      // Taken back by a step, and asked for again.
      [`${seed} 2 1`, undefined, `${seed} 1 2`],
      [`${seed} 1 2`, 2, `${seed} 2 1`],
    ] as const)
      expect(await run("update", previous, rotation)).toMatchObject({ status: 0, stdout: said });
  });

  test.each([
    ["3 2", 1, "that is at 3", /cannot be 1: the cluster is at 3, and .* those of 2 alone/],
    ["4", 2, "that began at 4", /cannot be 2: the cluster is at 4, and .* in no other way/],
  ])("its rotation %s does not fall to %i", async (rotation, asked, _, message) => {
    const { status, stdout, stderr } = await run("update", `${madeSeed} ${rotation}`, asked);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("has no input that a host or a setting could change", async () => {
    const { inputs, dependencies, additionalSecretOutputs } = (await clusterOf(withAcl())).get(
      "c-acl-seed",
    );
    expect(inputs).toEqual({
      interpreter: ["node", "--input-type=module", "-e"],
      create: expect.any(String),
      update: expect.any(String),
      logging: "none",
    });
    expect(dependencies).toEqual([]);
    expect(additionalSecretOutputs).toEqual(expect.arrayContaining(["stdout", "stderr"]));
    const other = await clusterOf({ ...existing(5), acl: { managementToken: given }, ui: false });
    expect(other.get("c-acl-seed").inputs).toEqual(inputs);
  });
});

describe("without ACLs there is nothing of them", () => {
  test.each<[string, ConsulClusterArgs]>([
    ["nothing said", existing()],
    ["off", withAcl({ defaultPolicy: "off" })],
  ])("%s", async (_, args) => {
    const { resources, get, result } = await clusterOf(args);
    expect(resources.map(({ name }) => name)).not.toContain("c-acl-seed");
    expect(get("c").outputs.managementToken).toBe("");
    expect(await isSecret(result?.managementToken as never)).toBe(false);
    for (const { name, inputs } of resources.filter(({ name }) =>
      /consul-\d-(secrets|config|activate|repair)/.test(name),
    ))
      expect(JSON.stringify(inputs), name).not.toMatch(/acl=(?!off)|X-Consul-Token|tokens=/);
    expect(textOf(get("c-consul-1-activate"), "stdin")).not.toContain("tokens");
  });
});

describe.each<[string, ConsulClusterArgs["acl"], string, string]>([
  ["made", {}, tokens.management, "made"],
  ["given", { managementToken: given }, given, "[0-9a-f]{12}"],
  [
    "given, before everybody is denied",
    { defaultPolicy: "allow", managementToken: given },
    given,
    "[0-9a-f]{12}",
  ],
])("the tokens, %s", async (_, acl, management, label) => {
  const cluster = await clusterOf(withAcl(acl));

  test("stand in the stdin that stages them, as secrets; the management token in an output, too", () => {
    expect(cluster.errors).toEqual([]);
    const staged = names(3).map((name) => `c-${name}-secrets inputs.stdin`);
    expectSecretIn(cluster, management, [...staged, "c outputs.managementToken"]);
    for (const token of [tokens.recovery, tokens.provisioner.secret, tokens.dns.secret])
      expectSecretIn(cluster, token, staged);
    expectSecretIn(cluster, tokens.clients.secret, [
      ...staged,
      "c outputs.clientToken",
      "c outputs.clientSettings.clientToken",
    ]);
  });

  test("each server's agent has its own", () => {
    for (const name of names(3)) {
      const stdin = textOf(cluster.get(`c-${name}-secrets`), "stdin");
      expect(stdin).toContain(`"agent": "${tokens.agents[name]?.secret}"`);
    }
  });

  test("are known by their label: whoever activates, verifies or reviews knows that they change", () => {
    for (const name of names(3)) {
      const activate = textOf(cluster.get(`c-${name}-activate`), "stdin");
      expect(activate).toMatch(new RegExp(`^tokens ${label}$`, "m"));
      const config = textOf(cluster.get(`c-${name}-config`), "create");
      expect(config).toMatch(new RegExp(` tokens=${label}$`));
    }
  });

  test("are no reason to hide anything else", () => {
    for (const name of names(3))
      for (const step of ["config", "activate", "repair"])
        expect(typeof cluster.get(`c-${name}-${step}`).inputs.stdin, step).toBe("string");
    expect(typeof cluster.get("c-ready").inputs.stdin).toBe("string");
  });
});

test("another rotation is a part of its own of what is desired, and of the label of what is staged", async () => {
  const stdout = { "c-acl-seed": `${madeSeed} 2 1` };
  const cluster = await clusterOf(withAcl({ rotation: 2 }), { stdout });
  const rotated = rotatedTokens(stdout["c-acl-seed"], names(3));
  expect(cluster.errors).toEqual([]);
  expect(cluster.get("c-acl-seed").inputs.environment).toEqual({
    CONSUL_CLUSTER_ACL_ROTATION: "2",
  });
  for (const name of names(3)) {
    const activate = textOf(cluster.get(`c-${name}-activate`), "stdin");
    expect(activate).toMatch(/^tokens made\nacl-rotation rotation-2$/m);
    const config = textOf(cluster.get(`c-${name}-config`), "create");
    expect(config).toMatch(/ tokens=made\.rotation-2$/);
  }
  const staged = names(3).map((name) => `c-${name}-secrets inputs.stdin`);
  expectSecretIn(cluster, rotated.management, [...staged, "c outputs.managementToken"]);
  expectSecretIn(cluster, rotated.clients.secret, [
    ...staged,
    "c outputs.clientToken",
    "c outputs.clientSettings.clientToken",
  ]);
  expectSecretIn(cluster, tokens.recovery, staged);
  expectSecretIn(cluster, tokens.management, []);
  const first = await clusterOf(withAcl({ rotation: 1 }));
  expect(first.get("c-consul-1-activate").inputs).toEqual(
    (await clusterOf(withAcl())).get("c-consul-1-activate").inputs,
  );
});

test("a token that is handed in as a secret stays one, and is in no message", async () => {
  const cluster = await clusterOf(() => withAcl({ managementToken: secret(given) }));
  expect(cluster.errors).toEqual([]);
  expectSecretIn(cluster, given, [
    ...names(3).map((name) => `c-${name}-secrets inputs.stdin`),
    "c outputs.managementToken",
  ]);
  const wrong = await clusterOf(() => withAcl({ managementToken: secret("not-a-uuid-at-all") }));
  expect(wrong.errors[0]?.message).toContain("acl.managementToken");
  expect(wrong.errors[0]?.message).not.toContain("not-a-uuid-at-all");
});

test("in a preview of the first run nothing of them is known, but that they will be there", async () => {
  const { errors, get } = await clusterOf({ ...nspawn(), acl: {} }, { preview: true });
  expect(errors).toEqual([]);
  expect(textOf(get("c-consul-1-activate"), "stdin")).toContain("tokens made");
});
