import { afterAll, beforeAll, expect, test } from "vitest";
import { upCutOffAt } from "../support/cutOff";
import { startLoad } from "../support/load";
import { power, processesOn, sshOutput } from "../support/machines";
import { cutSsh, mendSsh } from "../support/sshCut";
import { nspawnSettings, TestStack } from "../support/stack";
import { StackApi } from "../support/stackApi";
import { eventually } from "../support/wait";

// Changes that are cut off in the middle: the engine and its plugins killed, the connection to a host dropped,
// the host powered off. Whatever it was, the next run converges, with the same key and the same data.

const addresses: Record<string, string> = {
  "cut-1": "198.18.77.111",
  "cut-2": "198.18.77.112",
  "cut-3": "198.18.77.113",
};
const names = Object.keys(addresses);
const stack = new TestStack("cut", nspawnSettings(addresses));
const api = (name: string) => new StackApi(stack, addresses[name] as string);
const processes = () => processesOn(stack.name, names);

beforeAll(() => stack.up());
afterAll(() => stack.destroy());

/** Each run changes a setting that needs a restart to a value that it did not have yet. */
let multiplier = 1;

function anotherRestart(): void {
  multiplier = (multiplier % 9) + 1;
  stack.settings = { ...stack.settings, performance: { raftMultiplier: multiplier } };
}

async function expectConverged(gossipKey: string): Promise<void> {
  for (const name of names) {
    const file = await sshOutput(stack.name, name, "sudo cat /etc/consul.d/server/10-server.json");
    expect(JSON.parse(file).performance.raft_multiplier).toBe(multiplier);
    expect(await api(name).leader()).not.toBe("");
  }
  expect((await stack.outputs()).gossipKey).toBe(gossipKey);
}

test("killed in the middle of staging: nothing that runs was touched, and the next run converges", async () => {
  const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
  const before = await processes();
  anotherRestart();
  await upCutOffAt(stack, (said) => /consul-cut-2-config updating/.test(said));
  expect(await processes()).toEqual(before);
  await stack.up();
  await expectConverged(gossipKey);
  await stack.up("--expect-no-changes");
});

/** What ends a run in the middle of the activation of a server; returns when the run has ended. */
const cuts: Record<string, (name: string) => Promise<void>> = {
  "the engine and its plugins are killed": (name) => upCutOffAt(stack, () => activates(name)),

  "the connection to the server is dropped": (name) =>
    upThatFailsAfter(name, async () => {
      await cutSsh(addresses[name] as string);
      return mendSsh;
    }),

  "the server is powered off": (name) =>
    upThatFailsAfter(name, async () => {
      await power("kill", name);
      // Back before the run has ended: only an answer ends a connection that waits for one.
      await power("start", name);
      return async () => {};
    }),
};

/**
 * Is the script at work on the host? Pulumi says "updating" before it has a connection, and harm that is done
 * and over by then is no harm: the run goes on and succeeds.
 */
async function activates(name: string): Promise<boolean> {
  const other = names.find((other) => other !== name) as string;
  const [lock] = await api(other).get<{ Session?: string; Value: string }[]>(
    "/v1/kv/consul-cluster/lock",
  );
  const holder = Buffer.from(lock?.Value ?? "", "base64").toString();
  return lock?.Session !== undefined && holder.startsWith(`${name}: activation`);
}

/** Runs `up` until the server is activated, does `harm`, waits for the run's end and makes up for it. */
async function upThatFailsAfter(
  name: string,
  harm: () => Promise<() => Promise<void>>,
): Promise<void> {
  const child = await stack.startUp(() => {});
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await eventually(`${name} is activated`, 120, () => activates(name));
  const mend = await harm();
  const code = await ended.finally(mend);
  expect(code, "the run fails").not.toBe(0);
}

test.each(Object.keys(cuts))(
  "%s while a server is activated, each in its turn: every next run goes on from there, and nothing is lost",
  async (cut) => {
    const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
    const before = await processes();
    anotherRestart();
    for (const name of names) {
      // Through the others: what these acknowledge has to be there afterwards.
      const load = startLoad(names.filter((other) => other !== name).map(api));
      await (cuts[cut] as (name: string) => Promise<void>)(name);
      if (name === names.at(-1)) await stack.up();
      expect((await load.stop()).lost).toEqual([]);
    }
    await expectConverged(gossipKey);
    for (const [i, process] of (await processes()).entries()) expect(process).not.toBe(before[i]);
  },
);

test("the lock of a server that lost power is let go of in time for a run that begins at another server", async () => {
  anotherRestart();
  await (cuts["the server is powered off"] as (name: string) => Promise<void>)("cut-2");
  const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
  anotherRestart();
  await stack.up();
  await expectConverged(gossipKey);
});

test("a change that is taken back while a host still carries it out, its run being killed, stays on no server", async () => {
  const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
  const [before, settings] = [multiplier, stack.settings];
  anotherRestart();
  await upCutOffAt(stack, () => activates("cut-1"));
  const [first] = await processes();
  await eventually("the host's script goes on to its end", 60, async () => {
    const [now] = await processes();
    return now !== first && !(await activates("cut-1"));
  });
  [multiplier, stack.settings] = [before, settings];
  await stack.up();
  await expectConverged(gossipKey);
  await stack.up("--expect-no-changes");
});

test("a replacement that is killed once the server has left, and is taken back: it is a voter again, on the machine where it was", async () => {
  const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
  const settings = stack.settings;
  const machines = names.map((name) => ({
    name,
    address: addresses[name] as string,
    ...(name === "cut-2" && { generation: 2 }),
  }));
  stack.settings = { ...settings, nspawn: { ...(settings.nspawn as object), machines } };
  // The engine has not heard of it then: nothing of the server is another than before in its state.
  await upCutOffAt(stack, (said) => said.includes("cut-2: has left the cluster"));
  stack.settings = settings;
  const { stdout } = await stack.up();
  expect(stdout).toContain("cut-2: this server does not run: it is mended");
  await expectConverged(gossipKey);
  const { FailureTolerance } = await api("cut-1").get<{ FailureTolerance: number }>(
    "/v1/operator/autopilot/health",
  );
  expect(FailureTolerance).toBe(1);
  await stack.up("--expect-no-changes");
});
