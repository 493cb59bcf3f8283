import { clustersOf, type Resource, serverName, serversOf, type Violation } from "../graph";

/** An even number of servers bears no more failures than one fewer, and can split in halves. */
export function evenServers(resources: Resource[]): Violation[] {
  return clustersOf(resources).flatMap((cluster) => {
    const servers = serversOf(cluster, resources);
    const count = servers.length;
    if (count % 2 === 1) return [];
    const names = servers.map(serverName).sort().join(", ");
    return [
      {
        urn: cluster.urn,
        message:
          count === 0
            ? `the cluster ${cluster.name} has no server: give it one, three, five or seven`
            : `the cluster ${cluster.name} has ${count} servers (${names}): ${count} bear no more failures than ${count - 1}, and can split in halves; add one or take one away`,
      },
    ];
  });
}
