import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getOverTls } from "node:https";
import { text } from "node:stream/consumers";

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
  caCertificate = "",
): Promise<ClusterStatus | undefined> {
  for (const http of httpAddresses) {
    try {
      // 429 means that somebody is unhealthy; the body is the same.
      const url = `${http}/v1/operator/autopilot/health`;
      const { status, body } = await answer(url, managementToken, caCertificate);
      if (status === 200 || status === 429) return describe(JSON.parse(body) as AutopilotHealth);
    } catch {
      // This one does not answer; another may.
    }
  }
  return undefined;
}

/** `ca`: with which the server's certificate is held, where there is TLS: `fetch` takes none. */
async function answer(url: string, token: string, ca: string) {
  const headers = { ...(token !== "" && { "X-Consul-Token": token }) };
  const signal = AbortSignal.timeout(3000);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith("https:")
      ? getOverTls(url, { signal, headers, ca }, resolve)
      : getPlain(url, { signal, headers }, resolve);
    request.on("error", reject);
  });
  return { status: response.statusCode, body: await text(response) };
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
