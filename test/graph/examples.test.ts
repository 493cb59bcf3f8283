import { type Output, runtime } from "@pulumi/pulumi";
import { expect, test } from "vitest";

// The example with Consul's own provider. No engine and no plugin run here: it proves what is asked of them, not that
// Consul gets it.

const outputs = {
  ready: true,
  httpAddresses: ["http://192.0.2.11:80", "http://192.0.2.12:80"],
  managementToken: "a-token",
  datacenter: "dc1",
};

test("Consul's provider is built from the outputs of the cluster's stack, and its resources use it", async () => {
  const seen: { type: string; inputs: unknown; provider?: string }[] = [];
  await runtime.setMocks(
    {
      call: () => ({}),
      newResource: ({ type, name, inputs, provider }) => {
        seen.push({ type, inputs, provider });
        const reference = type === "pulumi:pulumi:StackReference";
        return { id: `${name}-id`, state: reference ? { ...inputs, outputs } : inputs };
      },
    },
    "consul-provider",
    "test",
  );
  runtime.setAllConfig({ "consul-provider:cluster": "organization/consul-cluster/prod" });
  const example = await import("../../examples/consul-provider");
  expect(await value(example.service)).toBe("database");
  expect(await value(example.keys)).toBe("shop-id");
  expect(seen.map(({ type }) => type).sort()).toEqual([
    "consul:index/keys:Keys",
    "consul:index/node:Node",
    "consul:index/service:Service",
    "pulumi:providers:consul",
    "pulumi:pulumi:StackReference",
  ]);
  const inputsOf = (type: string) => seen.find((resource) => resource.type === type)?.inputs;
  expect(inputsOf("pulumi:providers:consul")).toMatchObject({
    address: "192.0.2.11:80",
    scheme: "http",
    datacenter: "dc1",
    // The provider's own SDK makes a secret of it.
    token: expect.objectContaining({ value: "a-token" }),
  });
  for (const { type, provider } of seen.filter(({ type }) => type.startsWith("consul:")))
    expect(provider, type).toMatch(/::consul::consul-id$/);
});

function value<T>(output: Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
