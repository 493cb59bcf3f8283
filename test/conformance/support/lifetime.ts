import { afterAll, beforeAll, onTestFinished } from "vitest";

interface Stoppable {
  stop(): Promise<void>;
}

/** Starts something before the tests of a file and stops it after them, also when they fail. */
export function shared<T extends Stoppable>(start: () => Promise<T>): () => T {
  let started: T | undefined;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started?.stop());
  return () => {
    if (!started) {
      throw new Error("used before it was started");
    }
    return started;
  };
}

/** Keeps something for the rest of one test. */
export async function forThisTest<T extends Stoppable>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(() => started.stop());
  return started;
}
