import { runtime } from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { expect, test } from "vitest";
import { OfProgram } from "../../../components/cluster/program";

// Does not prove that the engine calls for all components of a program in another language from one address.

/** The SDK leaves it out of its types. */
const { withLocalStorage } = state as unknown as {
  withLocalStorage<Result>(run: () => Promise<Result>): Promise<Result>;
};

/** A run of a program as the Automation API makes it: all of them in one process, here with engines of one address. */
function run<Result>(program: () => Result): Promise<Result> {
  return withLocalStorage(async () => {
    await runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: ({ inputs }) => inputs,
    });
    const engine = { getChannel: () => ({ getTarget: () => "127.0.0.1:4711" }) };
    Object.assign(runtime.getMonitor() as object, engine);
    let result: Result | undefined;
    await runtime.runInPulumiStack(async () => {
      result = program();
    });
    return result as Result;
  });
}

test("the components of one run have it in common, and a later run at an engine of the same port has its own", async () => {
  const names = new OfProgram(() => new Set<string>());
  const first = await run(() => {
    names.get()?.add("consul");
    return names.get();
  });
  expect(first).toEqual(new Set(["consul"]));
  expect(await run(() => names.get())).toEqual(new Set());
});

test("without a stack, as in calls of the engine for other languages, the engine's address is what a run is known by", async () => {
  const names = new OfProgram(() => new Set<string>());
  await withLocalStorage(async () => {
    await runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
    expect(names.get()).toBeUndefined();
    let port = 1;
    const engine = { getChannel: () => ({ getTarget: () => `127.0.0.1:${port}` }) };
    Object.assign(runtime.getMonitor() as object, engine);
    const one = names.get();
    expect(names.get()).toBe(one);
    port = 2;
    expect(names.get()).not.toBe(one);
  });
});
