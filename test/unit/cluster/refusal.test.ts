// What ends a program with wrong settings costs nothing to print, and keeps its words.

import { inspect } from "node:util";
import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Refusal } from "../../../components/cluster/refusal";

test("a refusal has its text alone: no stack, whose printing reads all of the SDK, and no words of others in front", () => {
  const refusal = new Refusal("The settings have a problem");
  // As the SDK does at each input that waits for it.
  refusal.message = `error serializing property "create": ${refusal.message}`;
  expect(refusal.message).toBe("The settings have a problem");
  expect(refusal.stack).toBe("");
  expect(RunError.isInstance(refusal)).toBe(true);
  expect(inspect(refusal)).not.toContain(" at ");
});
