import type { Resource } from "@pulumi/pulumi";

interface Activated {
  /** Starts, reloads or restarts, after `order`. */
  activate(order: Resource[]): Resource;
}

/** One whose failure is its cluster's: it votes. */
interface Repaired extends Activated {
  /** The last of the staging steps. */
  staged: Resource;
  /** Brings it back where it does not serve, after `order`. */
  repair(order: Resource[]): Resource;
}

/**
 * The barrier, the sick, the chain: nobody starts before all are staged; who does not serve is brought back before
 * anybody who does is touched; and each waits for the one before.
 */
export function repairThenActivate(servers: Repaired[]): Resource[] {
  const barrier = servers.map((server) => server.staged);
  const repairs = servers.map((server) => server.repair(barrier));
  const activated: Resource[] = [];
  for (const server of servers) {
    activated.push(server.activate([...barrier, ...repairs, ...activated]));
  }
  return activated;
}

/**
 * Behind the barrier the first one alone, for what it does not survive is to reach no other; then so many at a time, each
 * behind the one as many places before it. Client agents have no quorum that a sick one would take along.
 */
export function activateInWaves(
  agents: Activated[],
  barrier: Resource,
  concurrency: number,
): Resource[] {
  const activated: Resource[] = [];
  agents.forEach((agent, place) => {
    const before = activated[Math.max(0, place - concurrency)];
    activated.push(agent.activate(before === undefined ? [barrier] : [barrier, before]));
  });
  return activated;
}
