import { beforeAll, expect, test } from "vitest";
import { upCutOffAt } from "../support/cutOff";
import { startLoad } from "../support/load";
import { power } from "../support/machines";
import { cutSsh, mendSsh } from "../support/sshCut";
import { addresses, api, names, on, processes, trio, trioIsUp } from "../support/trio";
import { eventually } from "../support/wait";

// Changes that are cut off in the middle: the engine and its plugins killed, the connection to a host dropped,
// the host powered off. Whatever it was, the next run converges, with the same key and the same data.

beforeAll(trioIsUp);

/** Each run changes a setting that needs a restart to a value that it did not have yet. */
let multiplier = 1;

function anotherRestart(): void {
  multiplier = (multiplier % 9) + 1;
  trio.settings = { ...trio.settings, performance: { raftMultiplier: multiplier } };
}

async function expectConverged(gossipKey: string): Promise<void> {
  for (const name of names) {
    const file = await on(name, "sudo cat /etc/consul.d/server/10-server.json");
    expect(JSON.parse(file).performance.raft_multiplier).toBe(multiplier);
    expect(await api(name).leader()).not.toBe("");
  }
  expect((await trio.outputs()).gossipKey).toBe(gossipKey);
}

test("killed in the middle of staging: nothing that runs was touched, and the next run converges", async () => {
  const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
  const before = await processes();
  anotherRestart();
  await upCutOffAt(trio, /trio-test-2-config updating/);
  expect(await processes()).toEqual(before);
  await trio.up();
  await expectConverged(gossipKey);
  await trio.up("--expect-no-changes");
});

/** What ends a run in the middle of the activation of a server; returns when the run has ended. */
const cuts: Record<string, (name: string) => Promise<void>> = {
  "the engine and its plugins are killed": (name) => upCutOffAt(trio, activating(name)),

  "the connection to the server is dropped": (name) =>
    upThatFailsAfter(activating(name), async () => {
      await cutSsh(addresses[name] as string);
      return mendSsh;
    }),

  "the server is powered off": (name) =>
    upThatFailsAfter(activating(name), async () => {
      await power("kill", name);
      // Back before the run has ended: only an answer ends a connection that waits for one.
      await power("start", name);
      return async () => {};
    }),
};

function activating(name: string): RegExp {
  return new RegExp(`trio-${name}-activate updating`);
}

/** Runs `up` until its output shows `moment`, does `harm`, waits for the run's end and makes up for it. */
async function upThatFailsAfter(
  moment: RegExp,
  harm: () => Promise<() => Promise<void>>,
): Promise<void> {
  let said = "";
  const child = await trio.startUp((text) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await eventually(`the output shows ${moment}`, 120, async () => moment.test(said));
  const mend = await harm();
  expect(await ended, "the run fails").not.toBe(0);
  await mend();
}

test.each(Object.keys(cuts))(
  "%s while a server is activated, each in its turn: every next run goes on from there, and nothing is lost",
  async (cut) => {
    const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
    const before = await processes();
    anotherRestart();
    for (const name of names) {
      // Through the others: what these acknowledge has to be there afterwards.
      const load = startLoad(names.filter((other) => other !== name).map(api));
      await (cuts[cut] as (name: string) => Promise<void>)(name);
      if (name === names.at(-1)) await trio.up();
      expect((await load.stop()).lost).toEqual([]);
    }
    await expectConverged(gossipKey);
    for (const [i, process] of (await processes()).entries()) expect(process).not.toBe(before[i]);
  },
);
