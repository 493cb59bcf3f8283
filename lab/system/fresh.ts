import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock";

/**
 * A folder that is either whole or not there: `fill` works in a folder beside it, which takes the
 * final name in one step. Where the folder is there already, nothing happens.
 */
export async function freshFolder(
  folder: string,
  fill: (draft: string) => Promise<void>,
  onWait?: () => void,
): Promise<void> {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  const drafts = `.${basename(folder)}.draft-`;
  await mkdir(parent, { recursive: true });
  const work = async () => {
    if (existsSync(folder)) return;
    // Under the lock no draft is in use: what lies here is from a run that was cut off.
    for (const entry of await readdir(parent)) {
      if (entry.startsWith(drafts)) await rm(join(parent, entry), { recursive: true });
    }
    const draft = join(parent, `${drafts}${process.pid}`);
    await mkdir(draft);
    try {
      await fill(draft);
      await rename(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  };
  await withLock(join(parent, `.${basename(folder)}.lock`), work, onWait);
}
