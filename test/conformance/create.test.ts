import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LogEntry } from "./support/engine";
import { failureOf } from "./support/failures";
import { forThisTest, shared } from "./support/lifetime";
import { Gate } from "./support/net";
import { Plugin } from "./support/plugin";
import { resourceName } from "./support/resource";
import { Sshd } from "./support/sshd";
import { secret, unknown, type Values } from "./support/values";

const plugin = shared(() => Plugin.start());
const sshd = shared(() => Sshd.start(["AcceptEnv GREETING"]));

const create = (inputs: Values) =>
  plugin().remote.create({ connection: sshd().connection(), ...inputs });

test("line 10: preview of create runs nothing; stdout and stderr are unknown", async () => {
  const marker = join(sshd().dir, "line10");
  const inputs = { connection: sshd().connection(), create: `touch ${marker}` };

  const { state } = await plugin().remote.create(inputs, { preview: true });
  expect(state).toMatchObject({ create: inputs.create, stdout: unknown, stderr: unknown });
  const local = await plugin().local.create({ create: inputs.create }, { preview: true });
  expect(local.state).toMatchObject({ stdout: unknown, stderr: unknown });
  expect(existsSync(marker)).toBe(false);

  await plugin().remote.create(inputs);
  expect(existsSync(marker)).toBe(true);
});

test("line 11: an ID is the name plus 8 hex digits, fresh at each create", async () => {
  const ids = [(await create({})).id, (await create({})).id, (await plugin().local.create({})).id];
  for (const id of ids) {
    expect(id).toMatch(new RegExp(`^${resourceName}[0-9a-f]{8}$`));
  }
  expect(new Set(ids).size).toBe(ids.length);
});

test("line 12: without `create` it succeeds with empty outputs and does not dial", async () => {
  const gate = await forThisTest(Gate.open());
  const connection = sshd().connection({ port: gate.port });

  const { state } = await create({ connection, update: "echo u", delete: "echo d" });
  expect(state).toMatchObject({ stdout: "", stderr: "" });
  expect(gate.arrivals).toEqual([]);

  await failureOf(create({ connection, create: "echo c" }));
  expect(gate.arrivals).toHaveLength(1);
});

test("line 13: exactly one trailing newline is trimmed from the outputs", async () => {
  const outputs: [string, string][] = [
    ["a\\n", "a"],
    ["a\\n\\n", "a\n"],
    ["a", "a"],
    ["\\na \\n", "\na "],
    ["\\n", ""],
  ];
  for (const [printed, kept] of outputs) {
    const command = { create: `printf '${printed}'; printf '${printed}' >&2` };
    expect((await create(command)).state).toMatchObject({ stdout: kept, stderr: kept });
    expect((await plugin().local.create(command)).state).toMatchObject({
      stdout: kept,
      stderr: kept,
    });
  }
});

test("line 14: a failure names the command, Go-quoted, and all output; no state comes back", async () => {
  // The quoting is seen for a quote, a backslash and a newline only. The pause keeps the streams,
  // which travel apart, in order.
  const command = "echo 'o\"ut' # \\\nsleep 0.3; echo err >&2; exit 3";
  const quoted = '"echo \'o\\"ut\' # \\\\\\nsleep 0.3; echo err >&2; exit 3"';

  const remote = await failureOf(create({ create: command }));
  expect(remote).toEqual({
    message: `Process exited with status 3: running ${quoted}:\no"ut\nerr\n`,
    carriesState: false,
  });
  const local = await failureOf(plugin().local.create({ create: command }));
  expect(local).toEqual({
    message: `exit status 3: running ${quoted}:\no"ut\nerr\n`,
    carriesState: false,
  });
});

test("line 15: secret inputs come back secret under their names; stdout and stderr never", async () => {
  const secrets = {
    create: secret("cat; echo $GREETING; cat /dev/null >&2"),
    stdin: secret("from stdin\n"),
    environment: { GREETING: secret("hello") },
  };
  const outputs = { stdout: "from stdin\nhello", stderr: "" };

  const remote = await create({ ...secrets, delete: "true" });
  expect(remote.state).toMatchObject({ ...secrets, delete: "true", ...outputs });
  expect(remote.state.connection).toEqual(
    (await plugin().remote.checked({ connection: sshd().connection() })).connection,
  );
  const local = await plugin().local.create(secrets);
  expect(local.state).toMatchObject({ ...secrets, ...outputs });
});

test("line 16: stdin arrives byte for byte, then EOF; remote and unset: EOF at once", async () => {
  const bytes = `\n \t\r\n"$HOME" \\ 'é' \u{1F511} \0 ${"x".repeat(300_000)}\nno newline at the end`;
  const sum = createHash("sha256").update(bytes).digest("hex");
  const inputs = { create: "sha256sum | cut -c 1-64", stdin: bytes };
  expect((await create(inputs)).state.stdout).toBe(sum);
  expect((await plugin().local.create(inputs)).state.stdout).toBe(sum);

  // Without an EOF this would never end, and run into the test's time limit.
  expect((await create({ create: "wc -c" })).state.stdout).toBe("0");
});

test("line 17: each output line is a status log of severity info, filtered by `logging`", async () => {
  const printing = { create: "echo one; echo two; printf unended; echo bad >&2" };
  const expected: [Values, string[]][] = [
    [{}, ["bad", "one", "two", "unended"]],
    [{ logging: "stdoutAndStderr" }, ["bad", "one", "two", "unended"]],
    [{ logging: "stdout" }, ["one", "two", "unended"]],
    [{ logging: "stderr" }, ["bad"]],
    [{ logging: "none" }, []],
  ];
  for (const run of [create, (inputs: Values) => plugin().local.create(inputs)]) {
    for (const [logging, messages] of expected) {
      const entries = await plugin().logOf(() => run({ ...printing, ...logging }));
      // The streams travel apart, so that only the order within each is certain. The official plugin splits both in one place: there
      // a piece without an end and what the other stream says next may be one line.
      const isJoined = entries.some(({ message }) => message === "unendedbad");
      const lines =
        ["bad", "unended"].every((line) => messages.includes(line)) && isJoined
          ? ["one", "two", "unendedbad"]
          : messages;
      const byMessage = (a: LogEntry, b: LogEntry) => a.message.localeCompare(b.message);
      expect([...entries].sort(byMessage)).toEqual(
        lines.map((message) => ({ severity: "info", status: true, message })),
      );
    }
    const failing = { create: "echo seen; exit 1", logging: "none" };
    const entries = await plugin().logOf(async () => {
      expect((await failureOf(run(failing))).message).toMatch(/:\nseen\n$/);
    });
    expect(entries).toEqual([]);
  }
});
