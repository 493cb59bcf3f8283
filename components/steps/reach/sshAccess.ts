import type { types } from "@pulumi/command";
import type { Unwrap } from "@pulumi/pulumi";
import { type Files, renderFiles } from "../../render/files";

/** How to reach a server, every value known. */
export interface Access {
  name: string;
  connection: Unwrap<types.input.remote.ConnectionArgs>;
  /** What sudo asks for on the host. */
  sudoPassword?: string | undefined;
}

/**
 * Files for OpenSSH with which a server is reached by its name, keys included: a secret. `@ACCESS@` stands
 * for the folder in which they will lie. `owner`: the id that the hosts carry, where they are asked for it. Host keys are checked as Pulumi's own connections check them.
 */
export function renderSshAccess(servers: Access[], owner?: string): string {
  const hosts = servers.flatMap(({ name, connection }) => {
    const { proxy } = connection;
    // With a dot, so that no server has this name.
    const jump = proxy && `bastion.${name}`;
    const own = { alias: name, ...connection, jump, isBastion: false };
    if (!proxy) return [own];
    return [own, { alias: `bastion.${name}`, ...proxy, jump: undefined, isBastion: true }];
  });
  const files: Files = { ssh_config: hosts.map(hostBlock).join("") + patience };
  for (const { alias, privateKey } of hosts)
    files[`${alias}.key`] = `${(privateKey ?? "").replaceAll("\r\n", "\n").trim()}\n`;
  for (const { name, sudoPassword } of servers)
    if (sudoPassword !== undefined) files[`${name}.password`] = `${sudoPassword}\n`;
  if (owner !== undefined) files.owner = `${owner}\n`;
  files.known_hosts = hosts.map(({ alias, hostKey }) => `${alias} ${hostKey}\n`).join("");
  return renderFiles(files);
}

/** A script over `over-ssh.sh`, which calls its `main`, with the files of `renderSshAccess` as its stdin: a secret. */
export function withSshAccess(script: string, access: string): string {
  return `${script}main "$@" <<'${end}'\n${access}${end}\n`;
}

/** Ends the here-document behind the script; no OpenSSH configuration and no key contains this line. */
const end = "CONSUL_CLUSTER_END_OF_ACCESS";

interface SshHost {
  alias: string;
  host: string;
  port?: number | undefined;
  user?: string | undefined;
  jump: string | undefined;
  isBastion: boolean;
}

function hostBlock({ alias, host, port, user, jump, isBastion }: SshHost): string {
  const lines = [
    `Host ${alias}`,
    `  HostName ${host}`,
    `  Port ${port ?? 22}`,
    `  User ${user ?? "root"}`,
    `  IdentityFile "@ACCESS@/${alias}.key"`,
    // The name under which known_hosts has it, whatever its port.
    `  HostKeyAlias ${alias}`,
    ...(jump ? [through(jump, alias)] : []),
    // That nobody answers behind it is no error to the one who asks a bastion: it would not be said.
    ...(isBastion ? ["  LogLevel INFO"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** OpenSSH of its own for the bastion. What it says stands with what is said of the host: see `said_of` in over-ssh.sh. */
function through(jump: string, alias: string): string {
  return `  ProxyCommand ssh -F "@ACCESS@/ssh_config" -E "@ACCESS@/${alias}.said" -W '[%h]:%p' ${jump}`;
}

/** A host that does not answer is given up after seconds, in a connection as at its begin. */
const patience = `Host *
  UserKnownHostsFile "@ACCESS@/known_hosts"
  StrictHostKeyChecking yes
  IdentitiesOnly yes
  IdentityAgent none
  BatchMode yes
  ConnectTimeout 5
  ConnectionAttempts 2
  ServerAliveInterval 5
  ServerAliveCountMax 3
  LogLevel ERROR
`;
