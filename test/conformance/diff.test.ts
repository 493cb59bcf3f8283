import { expect, test } from "vitest";
import { shared } from "./support/lifetime";
import { Plugin } from "./support/plugin";
import { secret, type Value, type Values } from "./support/values";

const plugin = shared(() => Plugin.start());

const connection: Values = { host: "h", user: "me", privateKey: "k", proxy: { host: "p" } };

/** The difference between two remote commands, each checked first, as the engine does it. */
async function difference(olds: Values, news: Values) {
  return plugin().remote.diff(
    await plugin().remote.checked({ connection, ...olds }),
    await plugin().remote.checked({ connection, ...news }),
  );
}

test("line 5: Diff compares old inputs with new inputs; outputs never count", async () => {
  const inputs = await plugin().remote.checked({ connection, create: "true", stdin: secret("s") });
  const none = { changed: false, details: {}, replaces: [], deleteBeforeReplace: false };

  expect(
    await plugin().remote.diff(inputs, inputs, { ...inputs, stdout: "a", stderr: "b" }),
  ).toEqual(none);
  // Even where the state has other inputs than the old inputs, the latter are what counts.
  expect(await plugin().remote.diff(inputs, inputs, { ...inputs, create: "other" })).toEqual(none);
  const changed = { ...inputs, create: "other" };
  expect((await plugin().remote.diff(inputs, changed, changed)).changed).toBe(true);
});

test("line 6: any one input changed, added or removed is an update and no replace", async () => {
  const examples: Record<string, [Value, Value]> = {
    create: ["a", "b"],
    update: ["a", ""],
    delete: ["a", "b"],
    stdin: ["a", "b"],
    logging: ["none", "stdout"],
    addPreviousOutputInEnv: [true, false],
    environment: [{ A: "1" }, { A: "2" }],
  };
  const update = { changed: true, replaces: [], deleteBeforeReplace: false };
  for (const [name, [one, other]] of Object.entries(examples)) {
    const changed = await difference({ [name]: one }, { [name]: other });
    const added = await difference({}, { [name]: one });
    const removed = await difference({ [name]: one }, {});
    expect(changed, name).toMatchObject(update);
    expect(added, name).toMatchObject(update);
    expect(removed, name).toMatchObject(update);

    const path = name === "environment" ? "environment.A" : name;
    expect(changed.details).toEqual({ [path]: "UPDATE" });
    expect(added.details).toEqual({ [name]: "ADD" });
    expect(removed.details).toEqual({ [name]: "DELETE" });
  }
});

test("line 7: a change anywhere in the connection is the single path `connection`", async () => {
  const changes: Values[] = [
    { host: "other" },
    { port: 2222 },
    { privateKey: "other" },
    { hostKey: "added" },
    { proxy: { host: "other" } },
    { host: "other", user: "other", dialErrorLimit: 0 },
  ];
  for (const change of changes) {
    const found = await difference({}, { connection: { ...connection, ...change } });
    expect(found.details, JSON.stringify(change)).toEqual({ connection: "UPDATE" });
    expect(found.replaces).toEqual([]);
  }
});

test("line 8: one trigger is its own path and an update; the whole of triggers replaces", async () => {
  // Does not prove that the SDK's replaceOnChanges turns the first kind into a replace: that is
  // the engine's and the SDK's part.
  const triggers = (...values: Value[]) => ({ triggers: values });

  const changed = await difference(triggers("a", "b"), triggers("a", "c"));
  expect(changed).toMatchObject({ details: { "triggers[1]": "UPDATE" }, replaces: [] });
  const appended = await difference(triggers("a"), triggers("a", "b"));
  expect(appended).toMatchObject({ details: { "triggers[1]": "ADD" }, replaces: [] });

  const added = await difference({}, triggers("a"));
  expect(added.details).toEqual({ triggers: "ADD_REPLACE" });
  expect(added.replaces).toEqual(["triggers"]);
  const removed = await difference(triggers("a"), {});
  expect(removed.details).toEqual({ triggers: "DELETE_REPLACE" });
  expect(removed.replaces).toEqual(["triggers"]);
});

test("line 9: plain to secret with the same value is a change", async () => {
  for (const name of ["create", "stdin"]) {
    const found = await difference({ [name]: "a" }, { [name]: secret("a") });
    expect(found).toMatchObject({ changed: true, details: { [name]: "UPDATE" }, replaces: [] });
  }
});
