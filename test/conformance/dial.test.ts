import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "./support/failures";
import { forThisTest, shared } from "./support/lifetime";
import { Gate } from "./support/net";
import { Plugin } from "./support/plugin";
import { Sshd } from "./support/sshd";
import type { Values } from "./support/values";

const plugin = shared(() => Plugin.start());
const sshd = shared(() => Sshd.start());
const other = shared(() => Sshd.start());

test("line 27: a dial limit of N means N+1 tries with growing pauses; a negative one no end", async () => {
  // The cap of 5 s on a pause, and that -1 is more than the default 10, would take too long here.
  for (const limit of [0, 3]) {
    const nobody = await forThisTest(Gate.open());
    const connection = sshd().connection({ port: nobody.port, dialErrorLimit: limit });
    const failure = await failureOf(plugin().remote.create({ connection, create: "true" }));
    expect(failure.message).toMatch(new RegExp(`^after ${limit} failed attempts: `));
    expect(nobody.arrivals).toHaveLength(limit + 1);

    const pauses = nobody.arrivals.slice(1).map((at, i) => at - (nobody.arrivals[i] ?? 0));
    pauses.forEach((pause, i) => {
      const wanted = 100 * 1.5 ** i;
      // A timer may fire a little early by another clock; late is what a busy machine makes it.
      expect(pause).toBeGreaterThan(wanted - 10);
      expect(pause).toBeLessThan(wanted + 1000);
    });
  }

  const lateHost = await forThisTest(Gate.open(sshd().port, 5));
  const connection = sshd().connection({ port: lateHost.port, dialErrorLimit: -1 });
  const { state } = await plugin().remote.create({ connection, create: "echo there" });
  expect(state.stdout).toBe("there");
  expect(lateHost.arrivals).toHaveLength(6);
});

test("line 28: a hostKey that does not match fails; unset accepts any", async () => {
  const greet = (changes: object) =>
    plugin().remote.create({ connection: sshd().connection({ ...changes }), create: "echo hello" });

  expect((await greet({ hostKey: sshd().hostKey })).state.stdout).toBe("hello");
  expect((await greet({})).state.stdout).toBe("hello");
  const failure = await failureOf(greet({ hostKey: other().hostKey }));
  expect(failure.message).toMatch(/host key mismatch/);
});

test("line 28: of an RSA host key only the SHA-1 kind is asked for, which OpenSSH offers no more since 8.8", async () => {
  // Why such a key is refused in the settings: components/validate/hostKey.ts.
  const dir = mkdtempSync(join(tmpdir(), "conformance-rsa-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "rsa");
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "3072", "-N", "", "-f", file]);
  const hostKey = readFileSync(`${file}.pub`, "utf8");
  const today = await forThisTest(Sshd.start([`HostKey ${file}`]));
  const older = await forThisTest(Sshd.start([`HostKey ${file}`, "HostKeyAlgorithms +ssh-rsa"]));
  const greet = (server: Sshd, changes: Values) =>
    plugin().remote.create({ connection: server.connection(changes), create: "echo hello" });

  const failure = await failureOf(greet(today, { hostKey }));
  expect(failure.message).toMatch(/no common algorithm for host key; .*ssh-rsa/);
  expect((await greet(today, { hostKey: today.hostKey })).state.stdout).toBe("hello");
  expect((await greet(older, { hostKey })).state.stdout).toBe("hello");
});

test("line 29: a malformed private key or a dead agent socket fails at once", async () => {
  // With no limit on dial errors, anything that was retried would never come back.
  const nobody = await forThisTest(Gate.open());
  const base = { port: nobody.port, dialErrorLimit: -1 };
  const faults: Values[] = [
    { privateKey: "not a key" },
    { agentSocketPath: join(sshd().dir, "no-such-socket") },
  ];
  for (const fault of faults) {
    const connection = sshd().connection({ ...base, ...fault });
    const failure = await failureOf(plugin().remote.create({ connection, create: "true" }));
    expect(failure.message).not.toContain("failed attempts");
  }
  expect(nobody.arrivals).toEqual([]);

  const inherited = await forThisTest(
    Plugin.start({ SSH_AUTH_SOCK: join(sshd().dir, "no-such-socket") }),
  );
  await failureOf(inherited.remote.create({ connection: sshd().connection(), create: "true" }));
});

test("line 30: cancel stops the pauses between dials; a running remote command completes", async () => {
  const cancelled = await forThisTest(Plugin.start());
  const nobody = await forThisTest(Gate.open());
  const dialling = failureOf(
    cancelled.remote.create({
      connection: sshd().connection({ port: nobody.port, dialErrorLimit: -1 }),
      create: "true",
    }),
  );
  const marker = join(sshd().dir, "line30");
  const running = cancelled.remote.create({
    connection: sshd().connection(),
    create: `touch ${marker}; sleep 1; echo completed`,
  });
  while (!existsSync(marker) || nobody.arrivals.length < 2) {
    await sleep(20);
  }

  await cancelled.cancel();
  expect((await dialling).message).toBe("context canceled");
  const dialled = nobody.arrivals.length;
  expect((await running).state.stdout).toBe("completed");
  expect(nobody.arrivals.length).toBe(dialled);
});

test("line 31: a lost link and a remote signal each have their own text", async () => {
  const marker = join(sshd().dir, "line31");
  const line = await forThisTest(Gate.open(sshd().port));
  const outcome = failureOf(
    plugin().remote.create({
      connection: sshd().connection({ port: line.port }),
      create: `touch ${marker}; sleep 3`,
    }),
  );
  while (!existsSync(marker)) {
    await sleep(20);
  }
  line.cut();
  expect((await outcome).message).toMatch(
    /^wait: remote command exited without exit status or exit signal: running "touch /,
  );

  for (const [signal, status] of [
    ["TERM", 143],
    ["KILL", 137],
  ] as const) {
    const failure = await failureOf(
      plugin().remote.create({ connection: sshd().connection(), create: `kill -${signal} $$` }),
    );
    expect(failure.message).toMatch(
      new RegExp(`^Process exited with status ${status} from signal ${signal}: running "kill`),
    );
  }
});
