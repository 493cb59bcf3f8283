import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "./support/failures";
import { shared } from "./support/lifetime";
import { Plugin } from "./support/plugin";
import type { Resource } from "./support/resource";
import { Sshd } from "./support/sshd";
import type { Values } from "./support/values";

const plugin = shared(() => Plugin.start());
/** Lets the previous outputs in. */
const open = shared(() => Sshd.start(["AcceptEnv PULUMI_COMMAND_*"]));
/** Lets no variable in, as a server is without setting it up. */
const closed = shared(() => Sshd.start());

/** Prints both variables, or "unset"; an empty one would print as nothing. */
const show =
  'echo "$(printenv PULUMI_COMMAND_STDOUT || echo unset) $(printenv PULUMI_COMMAND_STDERR || echo unset)"';

async function showsPrevious(resource: Resource, common: Values, file: string): Promise<void> {
  const run = (inputs: Values) => ({ ...common, ...inputs });

  const first = await resource.create(run({ create: show }));
  expect(first.state.stdout).toBe("unset unset");

  const both = await resource.create(run({ create: "echo out; echo err >&2" }));
  expect(await resource.update(both, run({ update: show }))).toMatchObject({ stdout: "out err" });
  const off = run({ update: show, addPreviousOutputInEnv: false });
  expect(await resource.update(both, off)).toMatchObject({ stdout: "unset unset" });

  const one = await resource.create(run({ create: "echo err >&2" }));
  expect(await resource.update(one, run({ update: show }))).toMatchObject({ stdout: "unset err" });

  await resource.delete(
    await resource.create(run({ create: "echo o", delete: `${show} > ${file}` })),
  );
  expect(readFileSync(file, "utf8")).toBe("o unset\n");
}

test("line 23: the previous outputs are set on update and delete, unless empty or off", async () => {
  await showsPrevious(
    plugin().remote,
    { connection: open().connection() },
    join(open().dir, "remote"),
  );
  await showsPrevious(plugin().local, {}, join(open().dir, "local"));
});

test("line 24: a refused previous output warns; a refused variable of the user fails", async () => {
  const connection = closed().connection();
  const old = await plugin().remote.create({ connection, create: "echo out; echo err >&2" });
  const entries = await plugin().logOf(async () => {
    const state = await plugin().remote.update(old, { connection, update: show, logging: "none" });
    expect(state.stdout).toBe("unset unset");
  });
  expect(entries).toEqual([
    {
      severity: "warning",
      status: false,
      message: expect.stringContaining("PULUMI_COMMAND_STDOUT"),
    },
    {
      severity: "warning",
      status: false,
      message: expect.stringContaining("PULUMI_COMMAND_STDERR"),
    },
  ]);

  const marker = join(closed().dir, "line24");
  const environment = { GREETING: "hello" };
  const failure = await failureOf(
    plugin().remote.create({ connection, create: `touch ${marker}`, environment }),
  );
  expect(failure.message).toContain('"GREETING"');
  expect(existsSync(marker)).toBe(false);
});
