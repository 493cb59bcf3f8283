import type { Resource } from "@pulumi/pulumi";

interface Activated {
  /** The last of the staging steps. */
  staged: Resource;
  /** Starts, reloads or restarts, after `order`. */
  activate(order: Resource[]): Resource;
}

/** One whose failure is its cluster's: it votes. */
interface Repaired extends Activated {
  /** Brings it back where it does not serve, after `order`. */
  repair(order: Resource[]): Resource;
}

/**
 * The barrier, the sick, the chain: nobody starts before all are staged; who does not serve is brought back before
 * anybody who does is touched; and each waits for the one before.
 */
export function repairThenActivate(servers: Repaired[]): Resource[] {
  const barrier = barrierOf(servers);
  const repairs = servers.map((server) => server.repair(barrier));
  return inChain(servers, [...barrier, ...repairs]);
}

/** The barrier and the chain alone: client agents have no quorum that a sick one would take along. */
export function activateInChain(agents: Activated[]): Resource[] {
  return inChain(agents, barrierOf(agents));
}

function barrierOf(agents: Activated[]): Resource[] {
  return agents.map((agent) => agent.staged);
}

function inChain(agents: Activated[], first: Resource[]): Resource[] {
  const activated: Resource[] = [];
  for (const agent of agents) {
    activated.push(agent.activate([...first, ...activated]));
  }
  return activated;
}
