/**
 * Node ids by server name, from Consul's `/v1/operator/raft/configuration`. An update that was aimed past
 * the cluster's readiness (`--target`, `--exclude`) has nothing to read, and so no ids.
 */
export function nodeIds(json: string | undefined): Record<string, string> {
  if (!json) return {};
  const { Servers }: { Servers: { ID: string; Node: string }[] } = JSON.parse(json);
  return Object.fromEntries(Servers.map(({ ID, Node }) => [Node, ID]));
}
