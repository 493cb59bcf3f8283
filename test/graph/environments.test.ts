// The whole graph of each environment that runs on AWS, as a file for people: what a first `pulumi up` makes.
// `UPDATE_GOLDEN=1 npm run test:graph` writes them anew, and the diff is the review.
//
// Does not prove that AWS takes it: nothing here has an account.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { validate } from "../../components/validate";
import { awsClusterOf } from "./support/awsCluster";
import { graphText } from "./support/graphText";
import { argsOfStack } from "./support/stackFile";

/** As index.ts names the component in a stack. */
const asOf = (stack: string) => ({ name: "consul", opts: { aliases: [{ name: stack }] } });

const updating = process.env.UPDATE_GOLDEN === "1";

// Certificates are made anew by the calendar.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 26) }));
afterAll(() => void vi.useRealTimers());

test.each(["staging", "prod"])("%s", async (stack) => {
  const args = argsOfStack(stack);
  expect(validate(args as Parameters<typeof validate>[0])).toEqual([]);
  const cluster = await awsClusterOf(args, asOf(stack));
  expect(cluster.errors).toEqual([]);
  const text = graphText(cluster.resources);
  const file = join(__dirname, "golden", `${stack}.yaml`);
  if (updating) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("where the addresses are named, a preview shows every setting before there is a machine", async () => {
  const { get } = await awsClusterOf(argsOfStack("prod"), { ...asOf("prod"), preview: true });
  expect(get("consul-consul-1-config").inputs.stdin).toContain('"advertise_addr": "10.20.1.11"');
});
