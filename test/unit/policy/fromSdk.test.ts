// Unknown values, behind the traps that the SDK lays for them.

import type { PolicyResource } from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy";
import { expect, test } from "vitest";
import { fromSdk } from "../../../policy/fromSdk";
import { unknown } from "../../../policy/graph";

// The SDK leaves them out of its types.
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy<T>(values: T): T;
  unknownStringValue: string;
};

test("what a preview does not know is told apart, and hides nothing beside it", () => {
  const props = unknownCheckingProxy({
    stdout: unknownStringValue,
    stdin: "known",
    triggers: [1, unknownStringValue],
    connection: { host: unknownStringValue, port: 22, proxy: null },
  });
  expect(() => props.stdout).toThrow(/can't be known/);
  const opts = { parent: "urn:parent", aliases: ["urn:before"] };
  const group = { urn: "urn:group" };
  const resource = { urn: "urn:x", type: "t", name: "x", opts, props };
  const propertyDependencies = { securityGroupId: [group], other: [{ urn: "urn:other" }] };
  expect(fromSdk({ ...resource, propertyDependencies } as unknown as PolicyResource)).toEqual({
    urn: "urn:x",
    type: "t",
    name: "x",
    parent: "urn:parent",
    aliases: ["urn:before"],
    props: {
      stdout: unknown,
      stdin: "known",
      triggers: [1, unknown],
      connection: { host: unknown, port: 22, proxy: null },
    },
    groups: ["urn:group"],
  });
});
