// Which SSH agents that the environment names would stop the Command plugin.
//
// Does not prove that the plugin fails over them: test/conformance/dial.test.ts does, in line 29.

import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentTrouble } from "../../../components/cluster/sshAgent";
import { temporaryFolder } from "../support/shell";

async function listening(socket: string): Promise<Server> {
  const agent = createServer().listen(socket);
  await once(agent, "listening");
  return agent;
}

test("none is named, or one that listens: nothing is said", async () => {
  expect(await agentTrouble(undefined)).toEqual([]);
  expect(await agentTrouble("")).toEqual([]);
  const socket = join(temporaryFolder(), "alive");
  const agent = await listening(socket);
  expect(await agentTrouble(socket)).toEqual([]);
  agent.close();
});

test("one that is gone is told with the variable, the path and what to do", async () => {
  const folder = temporaryFolder();
  const left = join(folder, "left");
  const agent = await listening(join(folder, "first"));
  // Node takes its socket away when it ends; an agent that is killed does not.
  renameSync(join(folder, "first"), left);
  agent.close();
  await once(agent, "close");
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const [socket, said] of [
    [left, "where no SSH agent listens any more"],
    [join(folder, "nowhere"), "which is not there"],
    [join(file, "below"), "which is not there"],
    [file, /no SSH agent listens any more|is no socket/],
  ] as const) {
    const [found, ...others] = await agentTrouble(socket);
    expect(others).toEqual([]);
    expect(found?.path).toBe("SSH_AUTH_SOCK");
    expect(found?.message).toMatch(said);
    expect(found?.message).toContain("unset the variable, or start the agent anew");
  }
});
