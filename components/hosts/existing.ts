import { readFileSync } from "node:fs";
import type { types } from "@pulumi/command";
import { secret } from "@pulumi/pulumi";
import type { ExistingArgs, ExistingServerArgs, SshArgs } from "../args";
import { dialing, type Host } from "./host";

/** Hosts that stand already. */
export function existingHosts(args: ExistingArgs): Host[] {
  return args.servers.map((server) => ({
    name: server.name,
    address: server.address,
    user: server.user ?? "root",
    connection: connection(server),
    stays: true,
  }));
}

function connection(server: ExistingServerArgs): types.input.remote.ConnectionArgs {
  const bastion = server.bastion;
  return {
    host: server.sshHost ?? server.address,
    ...login(server),
    ...(bastion && { proxy: { host: bastion.host, ...login(bastion) } }),
  };
}

function login(ssh: SshArgs) {
  return {
    port: ssh.port ?? 22,
    user: ssh.user ?? "root",
    privateKey: secret(ssh.privateKey ?? readFileSync(ssh.privateKeyFile as string, "utf8")),
    hostKey: ssh.hostKey,
    ...dialing,
  };
}
