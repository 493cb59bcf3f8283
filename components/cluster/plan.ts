import { hasHttps } from "../render/tls";
import type { PlainArgs } from "./args";

/** One server of the plan: what is known of it before its host exists. */
export interface ServerPlan {
  name: string;
  address: string;
  /** "" where the data stays. */
  wipeData: string;
}

/** What holds for every server: known before there are hosts. */
export type ClusterSettings = ReturnType<typeof planSettings>;

/** The arguments with every default filled in: plain values, made once, read by everything below. */
export interface ClusterPlan extends ClusterSettings {
  servers: ServerPlan[];
}

/**
 * `addresses` are those of the hosts, in the order of the servers: needed where the arguments leave that to the
 * source of the hosts.
 */
export function planCluster(args: PlainArgs, addresses: string[] = []): ClusterPlan {
  const servers = args.nspawn?.machines ?? args.existing?.servers ?? args.aws?.servers ?? [];
  return {
    ...planSettings(args),
    servers: servers.map(({ name, address, wipeData }, index) => ({
      name,
      address: (addresses[index] ?? address) as string,
      wipeData: wipeData ?? "",
    })),
  };
}

/** Fills in the defaults that `args.ts` promises. The arguments have passed validation before. */
export function planSettings(args: PlainArgs) {
  const acl = {
    defaultPolicy: args.acl === undefined ? "off" : (args.acl.defaultPolicy ?? "deny"),
  };
  const tls = {
    mode: args.tls === undefined ? "off" : (args.tls.mode ?? "required"),
    clientCertificates: args.tls?.clientCertificates ?? acl.defaultPolicy !== "off",
  };
  const isOverHttps = hasHttps(tls.mode);
  return {
    version: args.version ?? "1.22.0",
    /** "" where no downgrade is allowed. */
    allowDowngradeTo: args.allowDowngradeTo ?? "",
    mirror: (args.mirror ?? "https://releases.hashicorp.com/consul").replace(/\/+$/, ""),
    /** "" where the key is the vendor's, or in a file. */
    signingKey: args.signingKey ?? "",
    signingKeyFile: args.signingKeyFile ?? "",
    /** Empty where a signature is asked for. */
    sha256: args.sha256 ?? {},
    datacenter: args.datacenter ?? "dc1",
    domain: args.domain ?? "consul",
    configDir: args.configDir ?? "/etc/consul.d/server",
    dataDir: args.dataDir ?? "/var/consul",
    acl,
    tls,
    enableSyslog: args.enableSyslog ?? true,
    ui: args.ui ?? true,
    raftMultiplier: args.performance?.raftMultiplier ?? 1,
    allowStale: args.dnsConfig?.allowStale ?? true,
    maxStale: args.dnsConfig?.maxStale ?? "15s",
    retryInterval: args.retryInterval ?? "10s",
    skipLeaveOnInterrupt: args.skipLeaveOnInterrupt ?? true,
    leaveOnTerminate: args.leaveOnTerminate ?? false,
    rejoinAfterLeave: args.rejoinAfterLeave ?? true,
    ports: {
      dns: args.ports?.dns ?? 53,
      http: args.ports?.http ?? 80,
      https: args.ports?.https ?? (isOverHttps ? 8501 : -1),
      grpc: args.ports?.grpc ?? -1,
      grpcTls: args.ports?.grpcTls ?? 8503,
      server: args.ports?.server ?? 8300,
      serfLan: args.ports?.serfLan ?? 8301,
      serfWan: args.ports?.serfWan ?? 8302,
    },
    addresses: {
      dns: args.addresses?.dns ?? "0.0.0.0",
      http: args.addresses?.http ?? (isOverHttps ? "127.0.0.1" : "0.0.0.0"),
      https: args.addresses?.https ?? "0.0.0.0",
    },
    recursors: args.recursors ?? [],
    environment: args.environment ?? {},
    extraConfig: args.extraConfig ?? {},
    removeData: args.removeData ?? false,
  };
}

/** How many servers may fail while the rest still is a quorum: 1 of 3, 2 of 5, 3 of 7. */
export function faultTolerance(servers: number): number {
  return Math.max(0, Math.ceil(servers / 2) - 1);
}

/** `host:port`, with the brackets that an IPv6 address needs. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
