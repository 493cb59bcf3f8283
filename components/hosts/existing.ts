import type { types } from "@pulumi/command";
import { secret } from "@pulumi/pulumi";
import type { ExistingServerArgs } from "../args";
import type { Host } from "./host";
import { sshLogin } from "./sshLogin";

/** Hosts that stand already. */
export function existingHosts(hosts: ExistingServerArgs[]): Host[] {
  return hosts.map((server) => ({
    name: server.name,
    address: server.address,
    user: server.user ?? "root",
    ...(server.sudoPassword !== undefined && { sudoPassword: secret(server.sudoPassword) }),
    connection: connection(server),
    stays: true,
  }));
}

function connection(server: ExistingServerArgs): types.input.remote.ConnectionArgs {
  const bastion = server.bastion;
  return {
    host: server.sshHost ?? server.address,
    ...sshLogin(server),
    ...(bastion && { proxy: { host: bastion.host, ...sshLogin(bastion) } }),
  };
}
