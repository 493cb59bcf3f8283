import type { types } from "@pulumi/command";
import { type Input, type Output, output, secret } from "@pulumi/pulumi";
import type { Host } from "../host";
import { sshLogin } from "../ssh/login";
import type { ExistingServerArgs } from "./args";

/** Hosts that stand already. */
export function existingHosts(hosts: readonly ExistingServerArgs[]): Host[] {
  return hosts.map((server) => ({
    name: server.name,
    address: server.address,
    user: server.user ?? "root",
    ...(server.sudoPassword !== undefined && { sudoPassword: secret(server.sudoPassword) }),
    connection: connection(server),
    ...(server.generation !== undefined && { machineId: machineId(server.generation) }),
    stays: true,
  }));
}

/** What no host tells is said: "" for the first generation, so that saying it changes nothing. */
function machineId(generation: Input<number>): Output<string> {
  return output(generation).apply((number) => (number > 1 ? `generation-${number}` : ""));
}

function connection(server: ExistingServerArgs): types.input.remote.ConnectionArgs {
  const bastion = server.bastion;
  return {
    host: server.sshHost ?? server.address,
    ...sshLogin(server),
    ...(bastion && { proxy: { host: bastion.host, ...sshLogin(bastion) } }),
  };
}
