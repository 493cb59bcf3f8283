import { posix } from "node:path";
import { socketPath } from "../cluster/listening";
import type { ClusterPlan } from "../cluster/plan";
import { isObject } from "./json";

/** Path of the environment file on a host, where the article has it. */
const environmentFile = "/etc/sysconfig/consul";

/** Where an agent may listen on sockets. */
interface Listening {
  addresses?: { http: string };
  extraConfig?: Record<string, unknown>;
}

/**
 * The service: what the article's unit does, in a sandbox. Rated 1.6 by `systemd-analyze security`, where
 * the vendor's unit has 9.2; ProcSubset=pid is left out because Consul's own host report needs /proc.
 */
export function renderSystemdUnit(
  plan: Pick<ClusterPlan, "configDir" | "dataDir"> & Listening,
  description = "Consul server",
): string {
  const socket = socketPath(plan.addresses?.http ?? "");
  return `[Unit]
Description=${description}
Documentation=https://developer.hashicorp.com/consul/docs
Requires=network-online.target
After=network-online.target
# Where the data folder is a volume of its own, never without it.
RequiresMountsFor=${plan.dataDir}
# Try for ever: the machine may be up before its network or its neighbours are.
StartLimitIntervalSec=0

[Service]
# Not notify: Consul reports ready only after it has joined, and the first server has nobody to join.
Type=exec
User=consul
Group=consul
EnvironmentFile=-${environmentFile}
ExecStart=/usr/local/bin/consul agent -config-dir=${plan.configDir} -rejoin
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGTERM
Restart=on-failure
RestartSec=2
TimeoutStopSec=30
LimitNOFILE=65536
LimitCORE=0
UMask=0077

# Ports 53 and 80 without root.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${plan.dataDir}
${socket === undefined ? "" : renderSocketFolder(socket)}ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
${makesSockets(plan) ? socketCalls : ""}
[Install]
WantedBy=multi-user.target
`;
}

/** Where HTTP listens on a socket: its folder, made at a start for the user consul and taken away at a stop. */
function renderSocketFolder(socket: string): string {
  return `# The folder of the API's socket, in which others find nothing.
RuntimeDirectory=${posix.relative("/run", posix.dirname(socket))}
RuntimeDirectoryMode=0750
`;
}

/** One that the argument names, or that `extraConfig` does, for gRPC. */
function makesSockets({ addresses, extraConfig = {} }: Listening): boolean {
  const others = isObject(extraConfig.addresses) ? Object.values(extraConfig.addresses) : [];
  return [addresses?.http, ...others].some(
    (listening) => typeof listening === "string" && socketPath(listening) !== undefined,
  );
}

/** Consul gives each socket that it makes to its own user, though it is that one's already: without this it is killed there. */
const socketCalls = `# Consul changes the owner of its socket, to itself: the capability to more than that it has not.
SystemCallFilter=@chown
`;

/** The environment file: sorted, quoted as systemd.exec(5) asks for. */
export function renderEnvironment(environment: Record<string, string>): string {
  return Object.keys(environment)
    .sort()
    .map((name) => `${name}="${(environment[name] as string).replace(/(["\\$`])/g, "\\$1")}"\n`)
    .join("");
}
