import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { runFolder } from "../../lab/system/project";
import { holdLock } from "./flock";

/** Others may have several long files before. */
const patience = 40 * 60 * 1000;

/** The test files that use what is called `name` do so one after the other, while others run beside them. */
export function takeTurns(name: string): void {
  const folder = join(runFolder, "test");
  let end = async () => {};
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.lock`);
    writeFileSync(file, "", { flag: "a" });
    end = await holdLock(file);
  }, patience);
  afterAll(() => end());
}
