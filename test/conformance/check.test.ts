import { expect, test } from "vitest";
import { shared } from "./support/lifetime";
import { Plugin } from "./support/plugin";
import { secret, type Values } from "./support/values";

const plugin = shared(() => Plugin.start());

test("line 1: Configure accepts secrets, previews, resources and outputs", () => {
  // Does not prove that each is handled well; lines 15 and 21 look at two of them.
  const { configured } = plugin();
  expect(configured.getAcceptsecrets()).toBe(true);
  expect(configured.getSupportspreview()).toBe(true);
  expect(configured.getAcceptresources()).toBe(true);
  expect(configured.getAcceptoutputs()).toBe(true);
});

test("line 2: Check writes four defaults, keeps an explicit 0 or -1, and writes no other", async () => {
  const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
  const checked = (connection: Values) => plugin().remote.checked({ connection });

  expect(await checked({ host: "h" })).toEqual({ connection: secret({ host: "h", ...defaults }) });
  expect(await checked({ host: "h", proxy: { host: "p" } })).toEqual({
    connection: secret({ host: "h", ...defaults, proxy: { host: "p", ...defaults } }),
  });

  const explicit = { host: "h", user: "me", port: 2222, dialErrorLimit: 0, perDialTimeout: 0 };
  expect(await checked(explicit)).toEqual({ connection: secret(explicit) });
  const negative = { ...explicit, dialErrorLimit: -1, proxy: { ...explicit, dialErrorLimit: -1 } };
  expect(await checked(negative)).toEqual({ connection: secret(negative) });
});

test("line 3: Check makes the connection secret, and its three secrets inside it", async () => {
  // The same three inside `proxy` are looked at by nobody: the list does not speak of them.
  const { connection } = await plugin().remote.checked({
    connection: {
      host: "h",
      user: "me",
      port: 1,
      dialErrorLimit: 1,
      perDialTimeout: 1,
      password: "p",
      privateKey: "k",
      privateKeyPassword: "kp",
    },
  });
  expect(connection).toEqual(
    secret({
      host: "h",
      user: "me",
      port: 1,
      dialErrorLimit: 1,
      perDialTimeout: 1,
      password: secret("p"),
      privateKey: secret("k"),
      privateKeyPassword: secret("kp"),
    }),
  );
});

test("line 4: an unknown field, a missing connection or host is a check failure", async () => {
  const connection = { host: "h" };
  const good = await plugin().remote.check({ connection, create: "true" });
  expect(good.failures).toEqual([]);

  // `check` would throw if one of these came back as an error of the call.
  const bad: Values[] = [
    { connection, create: "true", creat: "true" },
    { connection: { host: "h", hots: "h" } },
    { create: "true" },
    { connection: { user: "me" } },
  ];
  for (const inputs of bad) {
    const { failures } = await plugin().remote.check(inputs);
    expect(failures, JSON.stringify(inputs)).toHaveLength(1);
  }
  expect((await plugin().local.check({ creat: "true" })).failures).toHaveLength(1);
});
