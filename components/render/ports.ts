import { ipsOf, isEverywhere } from "../cluster/listening";
import type { ClusterPlan } from "../cluster/plan";

type PortName = keyof ClusterPlan["ports"];
type Ports = Partial<ClusterPlan["ports"]>;

/** Port numbers by protocol. */
export interface ByProtocol {
  tcp: number[];
  udp: number[];
}

/** Whoever reaches something of an agent's. */
export type Caller = "servers" | "agents" | "applications";

/** Everything that an agent listens on; all of it by TCP. `what` stands in the descriptions of rules. */
export const listeners: Record<PortName, { what: string; udp?: true }> = {
  dns: { what: "DNS", udp: true },
  serfLan: { what: "gossip", udp: true },
  serfWan: { what: "WAN gossip", udp: true },
  http: { what: "API" },
  https: { what: "API" },
  grpc: { what: "gRPC" },
  grpcTls: { what: "gRPC" },
  server: { what: "server RPC" },
};

/** What of a server has to be within reach, by whose. Servers ask each other's API: nobody is changed before all others are well. */
export const neededOfServers: Record<Caller, PortName[]> = {
  servers: ["server", "serfLan", "serfWan", "http", "https", "grpc", "grpcTls"],
  agents: ["serfLan", "server"],
  applications: ["http", "https", "dns", "grpc", "grpcTls"],
};

/** What of a client agent: the API and DNS are for its own host. */
export const neededOfAgents: Record<Caller, PortName[]> = {
  servers: ["serfLan"],
  agents: ["serfLan"],
  applications: [],
};

/** The ports of these listeners, by protocol; those that are off (-1) are none. */
export function portsOf(names: PortName[], ports: Ports): ByProtocol {
  const open = (some: PortName[]) =>
    some.flatMap((name) => {
      const port = ports[name];
      return port !== undefined && port > 0 ? [port] : [];
    });
  return { tcp: open(names), udp: open(names.filter((name) => listeners[name].udp)) };
}

/** The ports that a server, or a client agent, listens on, by protocol. */
export function listeningPorts({ ports }: { ports: Ports }): ByProtocol {
  return portsOf(Object.keys(listeners) as PortName[], ports);
}

interface Listening {
  ports: Ports;
  addresses: Partial<Record<PortName, string>>;
}

/**
 * The same as preflight asks for them on the host at this address, `8300` or `53@10.0.0.11+127.0.0.1`: a port that is listened
 * on at some addresses alone may be somebody's at others. Where a socket is all that is listened on, the port is nobody's.
 */
export function listeningPlaces({ ports, addresses }: Listening, own: string) {
  const places = listeningPorts({ ports });
  const at = new Map(
    Object.entries(addresses).flatMap(([name, listening]) => {
      const port = ports[name as PortName];
      const some = ipsOf(listening, own);
      return port === undefined || isEverywhere(some) ? [] : [[port, some.join("+")] as const];
    }),
  );
  const placed = (port: number) => {
    const some = at.get(port);
    if (some === undefined) return `${port}`;
    return some === "" ? [] : `${port}@${some}`;
  };
  return { tcp: places.tcp.flatMap(placed), udp: places.udp.flatMap(placed) };
}
