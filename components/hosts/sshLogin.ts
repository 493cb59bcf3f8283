import { readFileSync } from "node:fs";
import { secret } from "@pulumi/pulumi";
import type { SshArgs } from "../cluster/args";
import { dialing } from "./host";

/** How a host, or a bastion, is logged in to, with every default filled in. */
export function sshLogin(ssh: SshArgs) {
  return {
    port: ssh.port ?? 22,
    user: ssh.user ?? "root",
    privateKey: secret(ssh.privateKey ?? readFileSync(ssh.privateKeyFile as string, "utf8")),
    hostKey: ssh.hostKey,
    ...dialing,
  };
}
