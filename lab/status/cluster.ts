/** One server as autopilot and Raft see it. */
interface ServerStatus {
  name: string;
  address: string;
  role: "leader" | "follower" | "away";
  voter: boolean;
  healthy: boolean;
  version: string;
}

export interface ClusterStatus {
  servers: ServerStatus[];
  leader: string | undefined;
  faultTolerance: number;
}

interface AutopilotHealth {
  FailureTolerance: number;
  Servers: {
    Name: string;
    Address: string;
    Leader: boolean;
    Voter: boolean;
    Healthy: boolean;
    Version: string;
    SerfStatus: string;
  }[];
}

/** Asks the first server that answers; the arguments are the stack's outputs of these names. */
export async function clusterStatus(
  httpAddresses: string[],
  managementToken = "",
): Promise<ClusterStatus | undefined> {
  for (const http of httpAddresses) {
    try {
      // 429 means that somebody is unhealthy; the body is the same.
      const signal = AbortSignal.timeout(3000);
      const headers = managementToken === "" ? undefined : { "X-Consul-Token": managementToken };
      const response = await fetch(`${http}/v1/operator/autopilot/health`, { signal, headers });
      if (response.status === 200 || response.status === 429) {
        return describe((await response.json()) as AutopilotHealth);
      }
    } catch {
      // This one does not answer; another may.
    }
  }
  return undefined;
}

function describe(health: AutopilotHealth): ClusterStatus {
  const servers = (health.Servers ?? []).map(
    (server): ServerStatus => ({
      name: server.Name,
      address: server.Address.replace(/:\d+$/, ""),
      role: server.SerfStatus !== "alive" ? "away" : server.Leader ? "leader" : "follower",
      voter: server.Voter,
      healthy: server.Healthy,
      version: server.Version,
    }),
  );
  return {
    servers: servers.sort((a, b) => a.name.localeCompare(b.name)),
    leader: servers.find((server) => server.role === "leader")?.name,
    faultTolerance: health.FailureTolerance,
  };
}
