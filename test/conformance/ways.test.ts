import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "./support/failures";
import { forThisTest, shared } from "./support/lifetime";
import { Gate } from "./support/net";
import { Plugin } from "./support/plugin";
import { Sshd } from "./support/sshd";

// Not lines of the list, but ways to a host that the official plugin has as well.

const plugin = shared(() => Plugin.start());
const host = shared(() => Sshd.start());
const bastion = shared(() => Sshd.start());

test("an agent's key logs in where no private key is given", async () => {
  const socket = join(host().dir, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  onTestFinished(() => {
    agent.kill();
  });
  while (!existsSync(socket)) {
    await sleep(20);
  }
  const { privateKey: _, ...keyless } = host().connection();

  const withAgent = { ...keyless, agentSocketPath: socket };
  const run = () => plugin().remote.create({ connection: withAgent, create: "echo through agent" });
  await failureOf(run()); // the agent has no key yet
  execFileSync("ssh-add", ["-q", host().privateKeyFile], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
  });
  expect((await run()).state.stdout).toBe("through agent");
});

test("a bastion passes the connection on, and its own key and limit are used for it", async () => {
  const door = await forThisTest(Gate.open(bastion().port, 1));
  const proxy = bastion().connection({ port: door.port, dialErrorLimit: 2 });
  const connection = host().connection({ proxy });

  const { state } = await plugin().remote.create({ connection, create: "echo $SSH_CONNECTION" });
  expect(door.arrivals).toHaveLength(2);
  // The host sees the connection come out of the bastion, which dialled this very port.
  expect(state.stdout).toMatch(new RegExp(` 127.0.0.1 ${host().port}$`));

  const wrongKey = host().connection({ proxy: { ...proxy, privateKey: host().privateKey } });
  const failure = await failureOf(
    plugin().remote.create({
      connection: { ...wrongKey, proxy: { ...(wrongKey.proxy as object), dialErrorLimit: 0 } },
      create: "true",
    }),
  );
  expect(failure.message).toMatch(/^proxy: after 0 failed attempts: /);
});

describe("the ways that the stand-in goes on demand alone", () => {
  const ways = { CONSUL_CLUSTER_COMMAND_WAYS: "official" };

  test("a connection stays open behind its command, until the plugin ends", async () => {
    const official = await Plugin.start(ways);
    const door = await forThisTest(Gate.open(host().port));
    const connection = host().connection({ port: door.port });
    await official.remote.create({ connection, create: "true" });
    await official.remote.create({ connection, create: "true" });
    expect(door.held).toBe(4);
    await official.stop();
    await expect.poll(() => door.held).toBe(0);
  });

  test("a handshake that failed behind a bastion is tried again in the same tunnel, in vain", async () => {
    const official = await forThisTest(Plugin.start(ways));
    const door = await forThisTest(Gate.open(host().port, 1));
    const connection = host().connection({
      port: door.port,
      dialErrorLimit: 2,
      proxy: bastion().connection(),
    });
    await failureOf(official.remote.create({ connection, create: "true" }));
    expect(door.arrivals).toHaveLength(1);
  });
});

test.skipIf(process.env.COMMAND_PLUGIN_OFFICIAL)(
  "the stand-in's own: a connection goes with its command, and each handshake has a tunnel",
  async () => {
    const door = await forThisTest(Gate.open(host().port, 1));
    const connection = host().connection({
      port: door.port,
      dialErrorLimit: 2,
      proxy: bastion().connection(),
    });
    await plugin().remote.create({ connection, create: "true" });
    expect(door.arrivals).toHaveLength(2);
    await expect.poll(() => door.held).toBe(0);
  },
);
