import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { runFolder } from "../../lab/system/project";
import { holdLock, lockFile } from "./flock";

/** Others may have several long files before. */
const patience = 40 * 60 * 1000;

/** The test files that use what is called `name` do so one after the other, while others run beside them. */
export function takeTurns(name: string): void {
  const folder = join(runFolder, "test");
  let end = async () => {};
  beforeAll(async () => {
    end = await holdLock(lockFile(folder, name));
  }, patience);
  afterAll(() => end());
}
