import type { Resource } from "@pulumi/pulumi";

interface Activated {
  /** The last of the staging steps. */
  staged: Resource;
  /** Starts, reloads or restarts, after `order`. */
  activate(order: Resource[]): Resource;
}

/** The barrier and the chain: nobody starts before all are staged, and each waits for the one before. */
export function activateInChain(agents: Activated[]): Resource[] {
  const barrier = agents.map((agent) => agent.staged);
  const activated: Resource[] = [];
  for (const agent of agents) {
    activated.push(agent.activate([...barrier, ...activated]));
  }
  return activated;
}
