import type { ClusterPlan } from "../cluster/plan";

type Ports = Partial<ClusterPlan["ports"]>;

/** The ports that a server, or a client agent, listens on, by protocol: what a host is asked to have free. */
export function listeningPorts({ ports }: { ports: Ports }): {
  tcp: number[];
  udp: number[];
} {
  const open = (numbers: (number | undefined)[]) =>
    numbers.flatMap((port) => (port !== undefined && port > 0 ? [port] : []));
  const both = [ports.dns, ports.serfLan, ports.serfWan];
  return {
    tcp: open([...both, ports.http, ports.https, ports.grpc, ports.grpcTls, ports.server]),
    udp: open(both),
  };
}
