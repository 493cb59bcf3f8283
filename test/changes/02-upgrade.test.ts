import { afterAll, beforeAll, expect, test } from "vitest";
import { versions } from "../../lab/toolchain/versions";
import { ConsulApi } from "../support/consul";
import { keepsItsPromise } from "../support/promise";
import { nspawnSettings, TestStack } from "../support/stack";

// A cluster that begins with an older release, upgraded while writers write through all of its servers. Data
// of years and clients of older releases are not here.
//
// In plain text whichever the way: over TLS a hand-over of 1.19.2 takes more than a second.

const addresses = {
  "older-1": "198.18.77.51",
  "older-2": "198.18.77.52",
  "older-3": "198.18.77.53",
};
const apis = Object.values(addresses).map((address) => new ConsulApi(address));
const older = nspawnSettings(addresses, { version: versions.consulBefore });
const stack = new TestStack("upgrade", older);

beforeAll(begin);

afterAll(() => stack.destroy());

/** A cluster of the older release. */
async function begin(): Promise<void> {
  await stack.destroy();
  stack.settings = older;
  await stack.up();
}

async function runningVersions(): Promise<string[]> {
  const selves = await Promise.all(
    apis.map((server) => server.get<{ Config: { Version: string } }>("/v1/agent/self")),
  );
  return selves.map(({ Config }) => Config.Version);
}

test("an upgrade under load loses nothing, and no gap is over a second", async () => {
  expect(await runningVersions()).toEqual(apis.map(() => versions.consulBefore));
  const newer = async (attempt: number) => {
    if (attempt > 0) await begin();
    return { ...older, version: versions.consulAfter };
  };
  // One handover in some of an older leader's is in vain (docs/operations.md), and costs an election of 1 to 2 s.
  const options = { says: "restart" as const, gap: 1000, worst: 3000 };
  const { plan, said } = await keepsItsPromise(stack, addresses, newer, options);
  for (const { version } of plan.servers)
    expect(version).toEqual({ from: versions.consulBefore, to: versions.consulAfter });
  const done = said.split(`restart done, Consul ${versions.consulAfter}`).length - 1;
  expect(done).toBeGreaterThanOrEqual(3);
  expect(await runningVersions()).toEqual(apis.map(() => versions.consulAfter));
});

test("a downgrade is refused with the reason, as the plan says", async () => {
  const { said } = await keepsItsPromise(stack, addresses, older, {
    says: "restart",
    refused: "downgrade",
  });
  expect(said).toContain("Consul does not support a downgrade to 1.19.2");
  expect(await runningVersions()).toEqual(apis.map(() => versions.consulAfter));
});
