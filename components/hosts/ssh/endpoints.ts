import { canonicalAddress } from "../../validate/address";
import type { ServerEntry } from "../../validate/servers";
import { fieldsOf, UNKNOWN } from "../../validate/values";

/**
 * Where SSH finds these hosts: one endpoint, one host. Those of which something is not known yet are left out, for they may be as
 * different as they like.
 */
export function endpointsOf(servers: ServerEntry[]): (ServerEntry & { endpoint: string })[] {
  return servers.flatMap((server) => {
    const { address, sshHost = address, port = 22, bastion } = fieldsOf(server.entry);
    const { host, port: bastionPort = 22 } = fieldsOf(bastion);
    const found = canonicalAddress(sshHost) ?? sshHost;
    const endpoint = [found, port, bastion === UNKNOWN ? UNKNOWN : host, bastionPort];
    return endpoint.includes(UNKNOWN) ? [] : [{ ...server, endpoint: JSON.stringify(endpoint) }];
  });
}
