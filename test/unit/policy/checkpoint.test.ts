// What `pulumi stack export` printed, read whatever a wrapper of the CLI printed before it.
//
// Does not prove that the CLI is found: test/e2e/14-policies.test.ts does.

import { expect, test } from "vitest";
import { parse } from "../../../policy/checkpoint";

const urn = "urn:pulumi:prod::consul-cluster::command:local:Command::prod-gossip-key";
const exported = JSON.stringify({ version: 3, deployment: { resources: [{ urn, type: "t" }] } });

test.each([exported, `using the backend {"name": "acme"}\n${exported}\n`])("%j", (text) => {
  expect([...parse(text).keys()]).toEqual([urn]);
});

test("what holds no JSON is refused, with what was found", () => {
  expect(() => parse("login first")).toThrow('printed no JSON, but "login first"');
});
