import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { failureOf } from "./support/failures";
import { forThisTest, shared } from "./support/lifetime";
import { Plugin } from "./support/plugin";

const plugin = shared(() => Plugin.start({ INHERITED: "from the plugin" }));

test("line 25: a local command's shell, interpreter, environment, folder and stdin", async () => {
  const stdout = async (inputs: object) =>
    (await plugin().local.create({ ...inputs })).state.stdout;

  expect(await stdout({ create: "echo $0" })).toBe("/bin/sh");
  const node = { interpreter: [process.execPath, "-p"], create: "6 * 7" };
  expect(await stdout(node)).toBe("42");

  const variables = { create: "echo $INHERITED, $OWN", environment: { OWN: "and its own" } };
  expect(await stdout(variables)).toBe("from the plugin, and its own");

  expect(await stdout({ create: "pwd", dir: "/" })).toBe("/");
  const failure = await failureOf(
    plugin().local.create({ create: "true", dir: "/no/such/folder" }),
  );
  expect(failure.message).toContain("/no/such/folder");

  const isNull = '[ /dev/stdin -ef /dev/null ] && echo null || echo "something else"';
  expect(await stdout({ create: isNull })).toBe("null");
  expect(await stdout({ create: isNull, stdin: "given" })).toBe("something else");
});

test("line 26: cancelling or timing out a local command kills it", async () => {
  // Does not prove that the command's own children die too: nothing kills those.
  const command = { create: "echo begun; exec sleep 30" };
  const killed = /^signal: killed: running "echo begun; exec sleep 30":\nbegun\n$/;

  const timedOut = await failureOf(plugin().local.create(command, { timeout: 1 }));
  expect(timedOut.message).toMatch(killed);

  const cancelled = await forThisTest(Plugin.start());
  const outcome = failureOf(cancelled.local.create(command));
  while (cancelled.log.length === 0) {
    await sleep(20);
  }
  await cancelled.cancel();
  expect((await outcome).message).toMatch(killed);
});
