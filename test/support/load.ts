import type { Asked } from "./doors";
import { eventually, pause } from "./wait";

/** What became of the writes of a load. */
export interface LoadResult {
  acknowledged: number;
  /** Refused, timed out, cut off: the writer knows that it cannot rely on them. */
  failed: number;
  /** Acknowledged, and not there afterwards: must never be anything but 0. */
  lost: string[];
  /** The longest time, in milliseconds, in which no writer had a write acknowledged. */
  longestGap: number;
  /** When that one began, as the journals of the servers write it. */
  gapSince: string;
}

/**
 * Milliseconds from a write of one server's to the next one's: a gap of a tenth of a second is seen by five writes. Were each server
 * written to so often, the load would take a quarter of two cores, and show no more.
 */
const rhythm = 20;
const patience = 1000;

/**
 * Writers in a steady rhythm, one through each server in turn, from `startLoad` until `stop`, which then reads
 * everything back with `?consistent`.
 */
export function startLoad(servers: readonly Asked[]): { stop(): Promise<LoadResult> } {
  const run = `load/${Date.now()}`;
  const acknowledged = new Set<string>();
  const gaps = new Gaps();
  let failed = 0;
  let stopped = false;

  const begin = performance.now();
  const round = rhythm * servers.length;
  const writer = async (server: Asked, index: number) => {
    for (let i = 0; !stopped; i++) {
      // A turn that an answer took too long for is left out, and nobody gets into another's.
      await pause(round - ((performance.now() - begin + round - rhythm * index) % round));
      const key = `${run}/${index}/${i}`;
      const ok = await server.put(`/v1/kv/${key}`, String(i), patience).catch(() => false);
      if (ok) {
        acknowledged.add(key);
        gaps.acknowledge();
      } else {
        failed += 1;
      }
    }
  };
  const writers = servers.map(writer);

  return {
    async stop() {
      stopped = true;
      await Promise.all(writers);
      const { longestGap, gapSince } = gaps.longest();
      // A change that was cut off may have left an election behind, and before its end nobody answers.
      const keys = () => keysBelow(servers[0] as Asked, run);
      const kept = new Set(await eventually("what the load wrote, read back", 60, keys));
      const lost = [...acknowledged].filter((key) => !kept.has(key));
      return { acknowledged: acknowledged.size, failed, lost, longestGap, gapSince };
    },
  };
}

/**
 * Runs `change` under load, after the same load for a while without it: what that shows in gaps is the
 * machine's, not the change's. Where a tenth of a second counts, `idling` is a preview of the change: the
 * engine alone keeps this computer busy.
 */
export async function underLoad(
  servers: readonly Asked[],
  change: () => Promise<unknown>,
  idling: () => Promise<unknown> = () => pause(3000),
): Promise<LoadResult & { idleGap: number }> {
  const idle = startLoad(servers);
  // Where it fails nobody goes on writing.
  const { longestGap: idleGap } = await idling().then(
    () => idle.stop(),
    async (error: unknown) => {
      await idle.stop();
      throw error;
    },
  );
  const load = startLoad(servers);
  const failure = await change().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const result = await load.stop();
  if (failure) throw failure.error;
  const gap = `longest gap ${Math.round(result.longestGap)} ms since ${result.gapSince}`;
  const gaps = `${gap} (idle: ${Math.round(idleGap)} ms)`;
  const { acknowledged, failed, lost } = result;
  console.log(`acknowledged ${acknowledged}, failed ${failed}, lost ${lost.length}, ${gaps}`);
  return { ...result, idleGap };
}

/**
 * Three of a kind of change at most, until one of them keeps to `limit` milliseconds: a busy computer makes a gap
 * longer, and nothing makes it shorter, so the shortest is the change's own. What holds for each of them is that
 * nothing is lost, and that no gap is over `worst`: careless restarts leave gaps of 8 seconds and more.
 */
export async function keepsWithin(
  limit: number,
  change: (attempt: number) => Promise<LoadResult & { idleGap: number }>,
  worst = 1000,
): Promise<void> {
  const over: number[] = [];
  while (over.length < 3) {
    const { lost, longestGap, idleGap } = await change(over.length);
    if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(", ")}`);
    if (longestGap <= limit + idleGap) return;
    over.push(Math.round(longestGap - idleGap));
    if (longestGap > worst + idleGap) break;
  }
  throw new Error(
    `gaps, each over its idle one: ${over.join(", ")} ms, where ${limit} ms are allowed`,
  );
}

function keysBelow(server: Asked, prefix: string): Promise<string[]> {
  return server.get<string[]>(`/v1/kv/${prefix}?keys&consistent`);
}

/** Times between acknowledgements, the one that is still open included. */
class Gaps {
  private last = performance.now();
  private worst = { longestGap: 0, gapSince: "" };

  acknowledge(): void {
    this.worst = this.longest();
    this.last = performance.now();
  }

  longest(): { longestGap: number; gapSince: string } {
    const longestGap = performance.now() - this.last;
    if (longestGap <= this.worst.longestGap) return this.worst;
    return { longestGap, gapSince: new Date(performance.timeOrigin + this.last).toISOString() };
  }
}
