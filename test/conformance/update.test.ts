import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "./support/failures";
import { shared } from "./support/lifetime";
import { Gate } from "./support/net";
import { Plugin } from "./support/plugin";
import { Sshd } from "./support/sshd";
import { secret, unknown } from "./support/values";

const plugin = shared(() => Plugin.start());
const sshd = shared(() => Sshd.start());
/** Hangs up on everybody: a connection to it fails a command, and shows that one dialled. */
const nobody = shared(() => Gate.open());

test("line 18: update runs `update`, even an empty one, else `create`, else nothing", async () => {
  const connection = sshd().connection();
  const old = await plugin().remote.create({ connection, create: "echo old; echo olderr >&2" });
  const outputs = async (inputs: object) => {
    const { stdout, stderr } = await plugin().remote.update(old, { connection, ...inputs });
    return { stdout, stderr };
  };

  expect(await outputs({ create: "echo c", update: "echo u" })).toEqual({
    stdout: "u",
    stderr: "",
  });
  expect(await outputs({ create: "echo c", update: "" })).toEqual({ stdout: "", stderr: "" });
  expect(await outputs({ create: "echo c" })).toEqual({ stdout: "c", stderr: "" });

  const before = nobody().arrivals.length;
  const elsewhere = { connection: sshd().connection({ port: nobody().port }), delete: "true" };
  expect(await outputs(elsewhere)).toEqual({ stdout: "old", stderr: "olderr" });
  expect(nobody().arrivals.length).toBe(before);

  const local = await plugin().local.create({ create: "echo old" });
  expect(await plugin().local.update(local, { update: "", create: "echo c" })).toMatchObject({
    stdout: "",
  });
  expect(await plugin().local.update(local, { delete: "true" })).toMatchObject({ stdout: "old" });
});

test("line 19: update uses the new inputs; state is the new inputs and the new output", async () => {
  // The old connection leads nowhere by now: an update that used it would fail.
  const made = await plugin().remote.create({
    connection: sshd().connection(),
    create: "cat",
    stdin: "old",
    delete: "true",
  });
  const moved = await plugin().remote.checked({
    connection: sshd().connection({ port: nobody().port }),
  });
  const old = { ...made, state: { ...made.state, ...moved } };

  const news = { connection: sshd().connection(), create: "cat; echo x >&2", stdin: "new" };
  expect(await plugin().remote.update(old, news)).toEqual({
    ...(await plugin().remote.checked(news)),
    stdout: "new",
    stderr: "x",
  });
});

test("line 20: a failed update returns no state", async () => {
  // Does not prove that the engine then keeps the old state: that is the engine's part.
  const connection = sshd().connection();
  const old = await plugin().remote.create({ connection, create: "true" });
  const remote = await failureOf(plugin().remote.update(old, { connection, update: "exit 4" }));
  expect(remote.message).toMatch(/^Process exited with status 4: running "exit 4"/);
  expect(remote.carriesState).toBe(false);

  const made = await plugin().local.create({ create: "true" });
  const local = await failureOf(plugin().local.update(made, { update: "exit 4" }));
  expect(local.message).toMatch(/^exit status 4: running "exit 4"/);
  expect(local.carriesState).toBe(false);
});

test("line 21: preview of update runs nothing; stdout is unknown where an input changes", async () => {
  const marker = join(sshd().dir, "line21");
  const connection = sshd().connection();
  const inputs = { connection, create: "echo out", update: `touch ${marker}`, stdin: "s" };
  const old = await plugin().remote.create(inputs);
  const preview = async (changes: object) =>
    (await plugin().remote.update(old, { ...inputs, ...changes }, { preview: true })).stdout;

  expect(await preview({ stdin: "other" })).toBe(unknown);
  expect(await preview({ stdin: secret("s") })).toBe(unknown);
  expect(await preview({ stdin: unknown })).toBe(unknown);
  expect(await preview({ connection: { ...connection, host: "::1" } })).toBe(unknown);
  expect(await preview({ delete: "newly added" })).toBe("out");
  expect(await preview({ logging: "none", environment: { A: "1" } })).toBe("out");

  expect(existsSync(marker)).toBe(false);
  await plugin().remote.update(old, inputs);
  expect(existsSync(marker)).toBe(true);
});
