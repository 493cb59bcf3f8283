import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { onTestFinished } from "vitest";
import { type Cluster, clusterOf, type Server, servers } from "./clusters";

/** A cluster of one on a host that accepts connections and says nothing, until the test ends; and the port where it does. */
export async function silentCluster(): Promise<{ cluster: Cluster; port: number }> {
  const listener = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void listener.close());
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const [server] = servers(1).map(({ bastion: _, ...own }) => own) as [Server];
  const cluster = await clusterOf({
    existing: { servers: [{ ...server, sshHost: "127.0.0.1", port }] },
  });
  return { cluster, port };
}
