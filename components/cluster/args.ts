import type { Input, Unwrap } from "@pulumi/pulumi";
import type { HostSources } from "../hosts/sources";

/**
 * What may be said about a cluster. Every optional field names its default; a wrong value is refused
 * by `validate/` before any host is reached.
 */
export interface ConsulClusterArgs extends HostSources, ConsulSettings {
  /** Consul release to run on every server, without a leading `v`. @default "1.22.0" */
  version?: Input<string>;
  /**
   * A version older than the one that runs, to go back to: Consul does not support a downgrade, and one
   * is refused unless this names the same release as `version`. @default ""
   */
  allowDowngradeTo?: Input<string>;
  /**
   * Where releases are fetched from, laid out as the vendor's site is
   * (`<mirror>/<version>/consul_<version>_linux_<arch>.zip`, `consul_<version>_SHA256SUMS` and its signature,
   * `consul_<version>_SHA256SUMS.sig`). `https://` or `file://`; a `file://` URL is read on the server itself.
   * @default "https://releases.hashicorp.com/consul"
   */
  mirror?: Input<string>;
  /**
   * The OpenPGP public key that releases are signed with, in ASCII armour, one key: no other signature is taken.
   * @default the vendor's, which comes with this package
   */
  signingKey?: Input<string>;
  /** Path of that key on this computer; not together with `signingKey`. @default none */
  signingKeyFile?: Input<string>;
  /**
   * SHA-256 of the release's zip by architecture (`amd64`, `arm64`, ...), if no signature is available: the zip is
   * compared with it, and neither the vendor's checksums nor their signature is fetched. Each version has its own.
   * @default none
   */
  sha256?: Input<Record<string, Input<string>>>;
  /** Whether its data and snapshots are deleted when a server is taken off a host that stays. @default false */
  removeData?: Input<boolean>;
  /** How long a change waits for what it needs before it stops. A large cluster, or a slow disk, needs longer. */
  rollout?: RolloutArgs;
}

/** Go durations of whole seconds, from 1 second to 1 hour. Another one changes no server. */
export interface RolloutArgs {
  /** For the others to be well before a server changes; else nothing is changed. @default "30s" */
  healthTimeout?: Input<string>;
  /** For the snapshot before it, which goes over the network and onto the disk; else nothing is changed. @default "1m" */
  snapshotTimeout?: Input<string>;
  /** For another server to take the leadership over; else the one that leads is not restarted. @default "20s" */
  transferTimeout?: Input<string>;
  /**
   * For a server to be back after its change, with the release and all that it has missed, and well; else it gets its
   * previous release and settings again. The same for all servers at the end of a run. @default "2m"
   */
  recoveryTimeout?: Input<string>;
}

/** Consul's own settings, with the names of its documentation in camel case. */
export interface ConsulSettings {
  /** Datacenter of the servers: lower-case letters, digits, `-` and `_`. @default "dc1" */
  datacenter?: Input<string>;
  /** DNS domain that Consul answers for. @default "consul" */
  domain?: Input<string>;
  /** Folder of the active configuration; it belongs to the component, strays are removed. @default "/etc/consul.d/server" */
  configDir?: Input<string>;
  /** Folder of Consul's data, mode 0700, owned by consul. @default "/var/consul" */
  dataDir?: Input<string>;
  /**
   * The gossip key to use: 16, 24 or 32 bytes in base64.
   * @default 32 random bytes, made once and kept in the stack's state as a secret
   */
  gossipKey?: Input<string>;
  /** The gossip key that the component makes. */
  gossip?: GossipArgs;
  /** Consul's access control lists: who may do what, by tokens. Without them, anyone who reaches a server may do anything. */
  acl?: AclArgs;
  /** TLS among the servers, and HTTPS for whoever asks them. Without, everything but gossip goes in plain text. */
  tls?: TlsArgs;
  /** Log to syslog as well. @default true */
  enableSyslog?: Input<boolean>;
  /** Serve the web UI on the HTTP address. @default true */
  ui?: Input<boolean>;
  /** How patient Raft is. */
  performance?: PerformanceArgs;
  /** How DNS answers. */
  dnsConfig?: DnsConfigArgs;
  /** Pause between two tries to join the other servers, a Go duration. @default "10s" */
  retryInterval?: Input<string>;
  /** Do not leave the cluster on SIGINT. @default true */
  skipLeaveOnInterrupt?: Input<boolean>;
  /** Leave the cluster on SIGTERM. @default false */
  leaveOnTerminate?: Input<boolean>;
  /** Join again after having left. @default true */
  rejoinAfterLeave?: Input<boolean>;
  /** Ports that the servers listen on. */
  ports?: PortsArgs;
  /** Addresses that the servers listen on. */
  addresses?: AddressesArgs;
  /** DNS servers, as IP addresses, that answer what is outside of `domain`. @default none */
  recursors?: Input<Input<string>[]>;
  /** Environment of the Consul process, such as GOMAXPROCS; written to /etc/sysconfig/consul. @default none */
  environment?: Input<Record<string, Input<string>>>;
  /**
   * Any other Consul setting, in Consul's own names (snake case), merged into the rendered configuration and
   * checked by Consul itself. A key that an argument above governs is refused here. @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: Consul decides what may stand here.
  extraConfig?: Input<Record<string, any>>;
}

export interface GossipArgs {
  /** Raise it to have another gossip key made and rotated in, without a restart. @default 1 */
  rotation?: Input<number>;
}

/** On a cluster that exists, from no ACLs to `deny` in two runs: the first with `allow`. */
export interface AclArgs {
  /**
   * What a caller without a token may do: nothing (`deny`), or all but managing ACLs and taking snapshots (`allow`, the
   * step on the way to `deny`); `off` is the same as no `acl` at all. @default "deny"
   */
  defaultPolicy?: string;
  /**
   * The token that may do anything, a UUID. Another one restarts the servers, and then takes the place of the one before.
   * @default one is made once, and kept in the stack's state as a secret
   */
  managementToken?: Input<string>;
  /**
   * Raise it to have other tokens in place of all that are this library's, the management token among them unless it is handed
   * in: for one that is in wrong hands. A reload. Those of before are taken away at the run's end, the client agents' one by the
   * rotation after that. @default 1
   */
  rotation?: number;
}

/**
 * Certificates are made and renewed with the stack, unless they are handed in: `caCertificate` with `caKey`, of which the
 * servers' are made, or `caCertificate` with `certificates`. A cluster that exists gets another CA in three runs, each a reload:
 * the other one is trusted beside its own, then it signs, then its own goes (`authorities`, `trustedCaCertificates`). Another
 * `domain`, which stands in every certificate, is refused.
 */
export interface TlsArgs {
  /**
   * How far TLS goes. `required`: servers talk TLS alone, each side knows the other by its certificate, HTTPS answers, and
   * plain HTTP stays on loopback where `addresses.http` says nothing else. A cluster that serves goes there step by step,
   * each of them a run, and back likewise: `offered` (servers have certificates), `outgoing` (they use them, and take plain
   * text too), `preferred` (all of `required`, and plain text is still taken, while client agents are led to TLS), `required`.
   * `preferred` may be left out where there are no client agents; any other step is refused. `off` is the same as no `tls` at
   * all. @default "required"
   */
  mode?: string;
  /**
   * CAs that are made with the stack, by numbers of yours: the first one signs the servers' certificates, unless a `caCertificate`
   * does, and all of them are trusted. From [1] to another CA: [1, 2], then [2, 1], then [2], each of them a run.
   * @default [1], or none beside `caCertificate`
   */
  authorities?: number[];
  /** Certificate of the CA, PEM, one block. @default one is made, and kept in the stack's state */
  caCertificate?: Input<string>;
  /** Certificates of other CAs that are trusted beside it, PEM, a block each: of the one that comes next, or came before. @default none */
  trustedCaCertificates?: Input<string>;
  /** Private key of that CA, PEM: the servers' certificates are made with it, and it reaches no host. @default none */
  caKey?: Input<string>;
  /**
   * Certificates of the servers by their names, in place of `caKey`: each for `server.<datacenter>.<domain>`, as a server's
   * and as a client's. Another one is a reload. @default they are made, for 365 days, and others in each stretch of 120 days
   */
  certificates?: Record<string, CertificateArgs>;
  /**
   * Another number has every server's certificate and key made anew, of the same CA, in this run: for a key that somebody has read.
   * A reload. @default 0
   */
  renewal?: number;
  /**
   * Whether servers in the mode `preferred` or `required` give client agents certificates, by Consul's auto_encrypt. Whoever reaches
   * port 8300 gets one so, where no ACLs ask for a token. Another choice is a restart. @default true with `acl`, false without
   */
  clientCertificates?: boolean;
}

/** A server's certificate. */
export interface CertificateArgs {
  /** PEM, with what stands between it and the CA behind it. */
  certificate: Input<string>;
  /** Its private key, PEM, without a passphrase. */
  privateKey: Input<string>;
}

export interface PerformanceArgs {
  /** Multiplier of Raft's timers, 1 to 10; 1 is for production. @default 1 */
  raftMultiplier?: Input<number>;
}

export interface DnsConfigArgs {
  /** Let any server answer DNS, not the leader alone. @default true */
  allowStale?: Input<boolean>;
  /**
   * How old a stale DNS answer may be, a Go duration. With the default, DNS stops answering
   * 15 seconds after the cluster has lost its leader. @default "15s"
   */
  maxStale?: Input<string>;
}

/** Ports from 1 to 65535; -1 switches a listener off where the cluster can do without it (dns, http with TLS, https, grpc, grpcTls, serfWan). */
export interface PortsArgs {
  /** DNS, TCP and UDP. @default 53 */
  dns?: Input<number>;
  /** HTTP API and UI. -1, with `tls` in mode `required` or `preferred`: HTTPS alone, for the scripts on the servers, too. @default 80 */
  http?: Input<number>;
  /** HTTPS API; with `tls`, 8501 where nothing is said. @default -1 */
  https?: Input<number>;
  /** gRPC without TLS. @default -1 */
  grpc?: Input<number>;
  /** gRPC over TLS. @default 8503 */
  grpcTls?: Input<number>;
  /** Server RPC, TCP. @default 8300 */
  server?: Input<number>;
  /** LAN gossip, TCP and UDP. @default 8301 */
  serfLan?: Input<number>;
  /** WAN gossip, TCP and UDP. @default 8302 */
  serfWan?: Input<number>;
}

export interface AddressesArgs {
  /** IP addresses that DNS listens on, separated by spaces; `own` is each server's own. @default "0.0.0.0" */
  dns?: Input<string>;
  /**
   * IP addresses that HTTP listens on, separated by spaces; `own` is each server's own. One of them may be a unix socket,
   * `unix:///run/consul/http.sock`. With `tls`, loopback alone where nothing is said. @default "0.0.0.0"
   */
  http?: Input<string>;
  /** IP addresses that HTTPS listens on, separated by spaces; `own` is each server's own. With `tls` alone. @default "0.0.0.0" */
  https?: Input<string>;
}

/** The arguments with every `Input` taken off: what validation and rendering, pure functions, work on. */
export type PlainArgs = Unwrap<ConsulClusterArgs>;
