// The policies about production as the SDK calls them: before a host gets anything, and at the end for what only tags tell.
//
// Does not prove what the engine hands over: test/e2e/14-policies does.

import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../../components/index";
import type { Resource } from "../../../policy/graph";
import { policies } from "../../../policy/policies";
import { aws, awsClusterOf } from "../../graph/support/awsCluster";
import { clusterOf, existing } from "../../graph/support/clusters";
import { argsOfStack } from "../../graph/support/stackFile";
import { seen } from "./support/seen";

type Policy = Required<Pick<ResourceValidationPolicy & StackValidationPolicy, "name">> & {
  validateResource: (args: unknown, report: (message: string, urn?: string) => void) => void;
  validateStack: (args: unknown, report: (message: string, urn?: string) => void) => void;
};

const named = (name: string) => policies.find((one) => one.name === name) as unknown as Policy;

/** What the engine hands over besides the resources. */
const around = (config: object) => ({ stackTags: new Map(), getConfig: () => config });

/** What a policy says of these resources, each by itself, before anything is made. */
function beforehand(policy: string, resources: Resource[], config = {}): string[] {
  const said: string[] = [];
  for (const resource of resources)
    named(policy).validateResource(
      { ...resource, opts: { parent: resource.parent, aliases: [] }, ...around(config) },
      (message) => {
        said.push(message);
      },
    );
  return said;
}

function atTheEnd(policy: string, resources: Resource[], config = {}): string[] {
  const said: string[] = [];
  const all = resources.map((resource) => ({
    ...resource,
    opts: { parent: resource.parent, aliases: [] },
    propertyDependencies: {},
  }));
  named(policy).validateStack({ resources: all, ...around(config) }, (message) => {
    said.push(message);
  });
  return said;
}

const hosts = async (more: Partial<ConsulClusterArgs> = {}, stack = "prod") =>
  seen((await clusterOf({ ...existing(), ...more })).resources, stack);

const servers = ["c-consul-1", "c-consul-2", "c-consul-3"];

describe.each([
  ["tls-in-production", "in tls.internal_rpc not true"],
  ["acls-in-production", "acl.enabled is not set, not true"],
])("%s", (policy, problem) => {
  test("says it of each server, before it gets its settings", async () => {
    const said = beforehand(policy, await hosts());
    expect(said.map((one) => one.split(":")[0])).toEqual(servers);
    for (const one of said) expect(one).toContain(problem);
    expect(atTheEnd(policy, await hosts())).toEqual([]);
  });

  test("says nothing where it is no production", async () => {
    const resources = await hosts({}, "dev");
    expect(beforehand(policy, resources)).toEqual([]);
    expect(atTheEnd(policy, resources)).toEqual([]);
  });

  test("says it at the end, where the machines' tags alone tell", async () => {
    const args = aws({ tags: { environment: "prod" } });
    const resources = seen((await awsClusterOf(args)).resources, "eu");
    expect(beforehand(policy, resources)).toEqual([]);
    const said = atTheEnd(policy, resources);
    expect(said).toHaveLength(3);
    for (const one of said) expect(one).toContain(problem);
  });
});

test.each(["prod", "staging"])(
  "Pulumi.%s.yaml of this project passes the whole pack",
  async (stack) => {
    const { resources } = await awsClusterOf(argsOfStack(stack), { name: "consul" });
    for (const env of [stack, "prod"]) {
      const found = seen(resources, env);
      for (const { name, ...policy } of policies) {
        if ("validateResource" in policy) expect(beforehand(name, found), name).toEqual([]);
        if ("validateStack" in policy) expect(atTheEnd(name, found), name).toEqual([]);
      }
    }
  },
);

test("acls-in-production: the argument is enough", async () => {
  expect(beforehand("acls-in-production", await hosts({ acl: {} }))).toEqual([]);
});

test("releases-verified-in-production: by the config of the policy, each host", async () => {
  const policy = "releases-verified-in-production";
  const sha256 = { amd64: "a".repeat(64) };
  expect(beforehand(policy, await hosts())).toEqual([]);
  expect(beforehand(policy, await hosts(), { fingerprints: ["AB"] })).toEqual(
    servers.map((server) =>
      expect.stringMatching(
        new RegExp(`^${server}: the release is held against the key C874\\w+, .*\\. Leave`),
      ),
    ),
  );
  expect(beforehand(policy, await hosts({ sha256 }), { checksums: false })).toHaveLength(3);
  expect(beforehand(policy, await hosts({ sha256 }, "dev"), { checksums: false })).toEqual([]);
});

test("what a preview does not know is not taken for right: the SDK's own word for it comes through", async () => {
  const refusing = new Proxy(
    {},
    {
      get: () => {
        throw new Error("unknown value");
      },
    },
  );
  for (const [policy, step] of [
    ["acls-in-production", "-config"],
    ["releases-verified-in-production", "-release"],
  ] as const) {
    const [found] = (await hosts()).filter(({ name }) => name.endsWith(`consul-1${step}`));
    expect(() => beforehand(policy, [{ ...found, props: refusing } as Resource])).toThrow(
      "unknown value",
    );
  }
});
