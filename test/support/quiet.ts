import { join } from "node:path";
import { runFolder } from "../../lab/system/project";
import { holdLock, lockFile } from "./flock";

type End = () => Promise<void>;

/**
 * Files of tests run beside each other, and what one does keeps the processors busy that another one measures on. Where a tenth of a
 * second counts, the work of the others waits: all those who use the same folder.
 */
export class QuietRoom {
  private busy = 0;
  private isAlone = false;
  private door?: Promise<End>;

  constructor(private readonly folder: string) {}

  /** Work that keeps this computer busy, such as a run of the engine: beside that of others, and not while somebody is `alone`. */
  async besideOthers<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.enter();
    return work().finally(end);
  }

  /**
   * Does what is measured while no other process is at work; what it does itself is its own matter.
   *
   * @throws where this process's own work is under way, that would have to end first
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.enter({ alone: true });
    return work().finally(end);
  }

  /**
   * For work of which only the caller knows when it has ended. Who is at work already goes on: two runs of one process need not end
   * before each other.
   */
  async enter({ alone = false } = {}): Promise<End> {
    if (this.door === undefined) {
      this.isAlone = alone;
      this.door = this.open(alone);
    } else if (alone && !this.isAlone) {
      throw new Error("work of this file of tests is under way: nothing can be measured now");
    }
    this.busy += 1;
    const leave = await this.door.catch((error: unknown) => {
      this.busy -= 1;
      this.door = undefined;
      throw error;
    });
    return async () => {
      this.busy -= 1;
      if (this.busy > 0) return;
      this.door = undefined;
      await leave();
    };
  }

  /** By two locks: who waits for all others to end holds the first one, so that no new one begins. */
  private async open(alone: boolean): Promise<End> {
    const leaveQueue = await holdLock(lockFile(this.folder, "queue"));
    const end = await holdLock(lockFile(this.folder, "quiet"), { shared: !alone });
    await leaveQueue();
    return end;
  }
}

/** Of the runs of this clone's tests. */
export const quietRoom = new QuietRoom(join(runFolder, "test"));
