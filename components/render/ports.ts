import type { ClusterPlan } from "../plan";

/** The ports that a server listens on, by protocol: what a host is asked to have free. */
export function listeningPorts({ ports }: Pick<ClusterPlan, "ports">): {
  tcp: number[];
  udp: number[];
} {
  const open = (numbers: number[]) => numbers.filter((port) => port > 0);
  const both = [ports.dns, ports.serfLan, ports.serfWan];
  return {
    tcp: open([...both, ports.http, ports.https, ports.grpc, ports.grpcTls, ports.server]),
    udp: open(both),
  };
}
