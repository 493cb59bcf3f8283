import type { PlainArgs } from "../../../components/cluster/args";
import type { ClusterPlan } from "../../../components/cluster/plan";
import type { HostSources } from "../../../components/hosts/sources";
import {
  type AclSecrets,
  rotatedTokens,
  rotationLabel,
  stagedTokensLabel,
} from "../../../components/render/acl";
import type { TlsMaterial } from "../../../components/render/tls";
import { tlsFile } from "../../support/tlsFiles";

/** One golden folder: what is asked for, and the server whose files are shown. */
export interface Case {
  args: PlainArgs;
  server: string;
}

/** 32 bytes that everybody knows: a golden file may hold them. */
export const gossipKey = Buffer.alloc(32, "golden").toString("base64");

/** By what a host and a preview know that key. */
export const label = "rotation-1";
export const owner = "0123456789abcdef";

/** What of ACLs is secret on a server of this plan; undefined where it has none. */
export function aclSecretsOf(
  { acl, servers }: ClusterPlan,
  server: string,
  { seed = "golden", tokensLabel = "made", rotation = 1, rotationBefore = 0 } = {},
): AclSecrets | undefined {
  const names = servers.map(({ name }) => name);
  return acl.defaultPolicy === "off"
    ? undefined
    : {
        tokens: rotatedTokens(saidOfSeed(seed, rotation, rotationBefore), names),
        label: stagedTokensLabel(tokensLabel, rotationLabel(rotation)),
        server,
      };
}

/** As the seed's command says it. */
function saidOfSeed(seed: string, rotation: number, before: number): string {
  return [seed, ...(before > 0 ? [rotation, before] : rotation > 1 ? [rotation] : [])].join(" ");
}

/** A server's certificate; undefined where there is no TLS. */
export function tlsMaterialOf(
  { tls }: ClusterPlan,
  { certificate = "server", certificateLabel = "renewal-1-0123456789ab" } = {},
): TlsMaterial | undefined {
  return tls.mode === "off"
    ? undefined
    : {
        ca: tlsFile("ca.pem"),
        certificate: tlsFile(`${certificate}.pem`),
        privateKey: tlsFile(`${certificate}.key`),
        label: certificateLabel,
      };
}

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQxMjM0MTIzNDEyMzQxMjM0MTIzNDEyMzQxMjM0MTIz";

/** Hosts that exist: what Consul's files say does not depend on where the machines come from. */
export function servers(...addresses: string[]): PlainArgs["existing"] {
  return {
    servers: addresses.map((address, index) => ({
      name: `consul-${index + 1}`,
      address,
      hostKey,
      privateKeyFile: "id_ed25519",
    })),
  };
}

const three = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");

/** The article's own settings, written out: the same bytes as none at all, but for the two it names. */
const article: PlainArgs = {
  existing: three,
  recursors: ["223.5.5.5", "223.6.6.6"],
  environment: { GOMAXPROCS: "2" },
};

/** By what a release is known for what it should be: nothing of a server's files says it. */
type Trust = "signingKey" | "signingKeyFile" | "sha256";

/** Every argument says something else than its default, and `extraConfig` meets every kind of object. ACLs and TLS have cases of their own. */
const everything: PlainArgs &
  Record<
    Exclude<keyof PlainArgs, keyof HostSources | "gossipKey" | "acl" | "tls" | Trust>,
    unknown
  > = {
  existing: three,
  version: "1.21.5",
  allowDowngradeTo: "1.21.5",
  mirror: "https://mirror.example/consul",
  removeData: true,
  datacenter: "north_2",
  domain: "service.example.",
  configDir: "/etc/consul-server",
  dataDir: "/srv/consul",
  gossip: { rotation: 2 },
  rollout: {
    healthTimeout: "45s",
    snapshotTimeout: "5m",
    transferTimeout: "1m",
    recoveryTimeout: "15m",
  },
  enableSyslog: false,
  ui: false,
  performance: { raftMultiplier: 5 },
  dnsConfig: { allowStale: false, maxStale: "1h30m" },
  retryInterval: "3s",
  skipLeaveOnInterrupt: false,
  leaveOnTerminate: true,
  rejoinAfterLeave: false,
  ports: {
    dns: 8600,
    http: 8500,
    https: 8501,
    grpc: 8502,
    grpcTls: -1,
    server: 9300,
    serfLan: 9301,
    serfWan: -1,
  },
  addresses: { dns: "127.0.0.1 ::1", http: "127.0.0.1" },
  recursors: ["192.0.2.53", "[2001:db8::53]:5353"],
  environment: { HTTP_NOTE: 'a "quote", a \\ and $HOME', GOMAXPROCS: "4" },
  extraConfig: {
    // Shared with managed keys, in both files.
    performance: { leave_drain_time: "10s" },
    dns_config: { service_ttl: { "*": "5s" }, node_ttl: "30s" },
    ui_config: { metrics_provider: "prometheus" },
    autopilot: { cleanup_dead_servers: false },
    addresses: { grpc: "127.0.0.1" },
    // Divided between the files.
    limits: { kv_max_value_size: 1048576, request_limits: { mode: "permissive", read_rate: 500 } },
    // The component's own default, overruled.
    disable_update_check: false,
    log_level: "WARN",
    node_meta: { rack: "r7", owner: "Zoë" },
    services: [
      { name: "web", port: 8080, checks: [{ http: "http://[::1]:8080/", interval: "9s" }] },
    ],
    telemetry: {
      prefix_filter: ["+consul.raft", "-consul.http"],
      prometheus_retention_time: "60s",
    },
  },
};

/** One of three says something of its own, laid over what all have. */
const own: PlainArgs = {
  ...article,
  extraConfig: {
    log_level: "WARN",
    node_meta: { owner: "search", rack: "none" },
    limits: { kv_max_value_size: 1048576, rpc_rate: 1000 },
    telemetry: { prefix_filter: ["+consul.raft"], disable_hostname: true },
  },
  existing: {
    servers: (three?.servers ?? []).map((server) =>
      server.name === "consul-2"
        ? {
            ...server,
            nodeMeta: { rack: "r7" },
            environment: { GOMAXPROCS: "8", GODEBUG: "madvdontneed=1" },
            extraConfig: {
              log_level: "DEBUG",
              limits: { rpc_rate: 2000 },
              telemetry: { prefix_filter: ["-consul.http"] },
              addresses: { grpc: "unix:///var/consul/grpc.sock" },
              server_rejoin_age_max: "240h",
            },
          }
        : server,
    ),
  },
};

export const cases: Record<string, Case> = {
  defaults: { args: { existing: three }, server: "consul-1" },
  article: { args: article, server: "consul-2" },
  everything: { args: everything, server: "consul-3" },
  "per-server": { args: own, server: "consul-2" },
  "per-server-of-another": { args: own, server: "consul-3" },
  acl: { args: { existing: three, acl: {} }, server: "consul-2" },
  "acl-allow": { args: { existing: three, acl: { defaultPolicy: "allow" } }, server: "consul-1" },
  tls: { args: { existing: three, tls: {} }, server: "consul-2" },
  "https-alone": { args: { existing: three, tls: {}, ports: { http: -1 } }, server: "consul-2" },
  socket: {
    args: { existing: three, addresses: { http: "unix:///run/consul/http.sock own" } },
    server: "consul-3",
  },
  "tls-offered": { args: { existing: three, tls: { mode: "offered" } }, server: "consul-1" },
  "tls-preferred": { args: { existing: three, tls: { mode: "preferred" } }, server: "consul-3" },
  "tls-acl": {
    args: {
      existing: three,
      tls: { mode: "outgoing" },
      acl: {},
      extraConfig: { limits: { http_max_conns_per_client: 300 } },
    },
    server: "consul-3",
  },
  "one-server": { args: { existing: servers("10.0.0.11") }, server: "consul-1" },
  ipv6: {
    args: {
      existing: servers("2001:db8::11", "2001:db8::12", "2001:db8::13"),
      addresses: { dns: "::", http: "::" },
    },
    server: "consul-2",
  },
  "own-address": {
    args: {
      existing: three,
      addresses: { dns: "own", http: "own 127.0.0.1", https: "own" },
      tls: {},
    },
    server: "consul-2",
  },
  "seven-servers": {
    args: { existing: servers(...[1, 2, 3, 4, 5, 6, 7].map((n) => `10.0.0.1${n}`)) },
    server: "consul-4",
  },
};
