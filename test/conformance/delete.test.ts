import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "./support/failures";
import { shared } from "./support/lifetime";
import { Gate } from "./support/net";
import { Plugin } from "./support/plugin";
import { Sshd } from "./support/sshd";

const plugin = shared(() => Plugin.start());
const sshd = shared(() => Sshd.start(["AcceptEnv GREETING"]));
const nobody = shared(() => Gate.open());

test("line 22: delete uses the text, connection, environment and stdin of the state", async () => {
  // Delete is told nothing but the state, so that there is no other text to take by mistake.
  const file = join(sshd().dir, "line22");
  const inputs = {
    create: "true",
    delete: `{ echo $GREETING; cat; } > ${file}`,
    environment: { GREETING: "hello" },
    stdin: "from stdin",
  };
  const connection = sshd().connection();
  await plugin().remote.delete(await plugin().remote.create({ connection, ...inputs }));
  expect(readFileSync(file, "utf8")).toBe("hello\nfrom stdin");

  const local = { ...inputs, delete: inputs.delete.replace("line22", "line22-local") };
  await plugin().local.delete(await plugin().local.create(local));
  expect(readFileSync(`${file}-local`, "utf8")).toBe("hello\nfrom stdin");

  const elsewhere = sshd().connection({ port: nobody().port });
  await plugin().remote.delete(
    await plugin().remote.create({ connection: elsewhere, update: "true" }),
  );
  expect(nobody().arrivals).toEqual([]);

  const failing = await plugin().remote.create({ connection, create: "true", delete: "exit 5" });
  expect((await failureOf(plugin().remote.delete(failing))).message).toMatch(
    /^Process exited with status 5: running "exit 5"/,
  );
});

test("line 32: Read gives state and inputs back, and does not dial", async () => {
  const inputs = await plugin().remote.checked({
    connection: sshd().connection({ port: nobody().port }),
    update: "true",
    triggers: ["a", 1],
  });
  const made = await plugin().remote.create(inputs);
  const old = { ...made, state: { ...made.state, stdout: "as it was", stderr: "" } };

  const before = nobody().arrivals.length;
  expect(await plugin().remote.read(old, inputs)).toEqual({ ...old, inputs });
  expect(nobody().arrivals.length).toBe(before);

  const marker = join(sshd().dir, "line32");
  const local = { create: `touch ${marker}` };
  const preview = await plugin().local.create(local, { preview: true });
  const state = { ...preview.state, stdout: "", stderr: "" };
  expect(await plugin().local.read({ id: preview.id, state }, local)).toMatchObject({ state });
  expect(existsSync(marker)).toBe(false);
});
