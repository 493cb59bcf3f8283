// `terminationProtection`, to AWS, to Pulumi's engine and to the teardown: none of them may have it later than the one before.
//
// Does not prove that the engine refuses a destroy: test/aws/03-prod does.

import { Output } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { aws, awsClusterOf } from "./support/awsCluster";
import { textOf } from "./support/clusters";

const protection = "c-termination-protection";
const instances = ["consul-1", "consul-2", "consul-3"].map((name) => `c-${name}-instance`);

test("the engine knows it before any machine is protected, and until none is any more", async () => {
  const { get } = await awsClusterOf(aws({ terminationProtection: true }));
  expect(get(protection).isProtected).toBe(true);
  for (const name of instances) {
    expect(get(name).inputs.disableApiTermination).toBe(true);
    expect(get(name).dependencies).toContain(protection);
    // A machine is replaced: by the guard one at a time, and not by the engine.
    expect(get(name).isProtected).toBe(false);
  }
});

describe("without it", () => {
  test.each([false, undefined])("(%s) nothing is protected", async (terminationProtection) => {
    const { get } = await awsClusterOf(aws({ terminationProtection }));
    expect(get(protection).isProtected).toBe(false);
  });

  test("what the program protects is protected", async () => {
    const { get } = await awsClusterOf(aws(), { opts: { protect: true } });
    expect(get(protection).isProtected).toBe(true);
  });
});

// The engine has to know it beforehand.
test("where it is an output, the teardown alone refuses", async () => {
  const late = Output.create(Promise.resolve(true));
  const { get } = await awsClusterOf(aws({ terminationProtection: late }));
  expect(get(protection).isProtected).toBe(false);
  expect(textOf(get("c-farewell"), "delete")).toContain(" protected=yes");
});
