import type { Input, Unwrap } from "@pulumi/pulumi";
import type { ClientSources } from "../hosts/sources";

/**
 * What may be said about client agents. Every optional field names its default; a wrong value is refused before
 * any host is reached.
 */
export interface ConsulClientArgs extends ClientSources, ClientAgentSettings {}

/** The same without where their hosts come from. */
export interface ClientAgentSettings {
  /**
   * The cluster: a `ConsulCluster`, or its `clientSettings`, also as an output of another stack. From it come `servers`,
   * `gossipKey`, `datacenter`, `domain`, `version`, `tls`, `agentToken` and `aclDefaultPolicy`; one of these that is given beside
   * it and contradicts it is refused. No client starts before the cluster is ready. @default none
   */
  cluster?: Input<ClientSettings>;
  /**
   * What the clients join: IP addresses or host names of servers, with `:port` where their gossip is not on 8301.
   * `joinAddresses` of a `ConsulCluster` is this, and comes once that cluster is ready: no client starts before
   * there is a leader. Another list restarts no client that is in the pool. Needed without `cluster`.
   */
  servers?: Input<Input<string>[]>;
  /**
   * The key that encrypts gossip, base64: `gossipKey` of a `ConsulCluster`. Another one is rotated in by the servers,
   * without a restart. Needed without `cluster`.
   */
  gossipKey?: Input<string>;
  /**
   * TLS towards the servers. Servers that require TLS accept no client without it. Everything but gossip goes in plain text
   * otherwise. @default none
   */
  tls?: ClientTlsArgs;
  /**
   * The token of the agents, where the servers have ACLs: `clientToken` of a `ConsulCluster`, which is "" as long as they have
   * none, or one of yours. With it an agent writes its node and its services, and answers DNS; "" is no token. A secret. Another
   * one is a reload; from none to one, or back, it is a restart. @default none
   */
  agentToken?: Input<string>;
  /**
   * What an agent with `agentToken` does with callers of its own API that have no token, where it is the agent that judges: its
   * settings, its services, to leave. `deny` or `allow`: `aclDefaultPolicy` of a `ConsulCluster`. @default "deny"
   */
  aclDefaultPolicy?: Input<string>;
  /** Consul release to run on every client, without a leading `v`; not newer than that of the servers. @default "1.22.0" */
  version?: Input<string>;
  /**
   * Where releases are fetched from, laid out as the vendor's site is. `https://` or `file://`; a `file://` URL is
   * read on the host itself.
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
  /** Datacenter of the servers. @default "dc1" */
  datacenter?: Input<string>;
  /** DNS domain that Consul answers for: that of the servers. @default "consul" */
  domain?: Input<string>;
  /** Folder of the active configuration; it belongs to the component, strays are removed. @default "/etc/consul.d/client" */
  configDir?: Input<string>;
  /** Folder of Consul's data, mode 0700, owned by consul. @default "/var/consul" */
  dataDir?: Input<string>;
  /** DNS servers, as IP addresses, that answer what is outside of `domain`. @default none */
  recursors?: Input<Input<string>[]>;
  /** Ports that the clients listen on. */
  ports?: ClientPortsArgs;
  /** Addresses that the clients listen on. */
  addresses?: ClientAddressesArgs;
  /** Environment of the Consul process; written to /etc/sysconfig/consul. @default none */
  environment?: Input<Record<string, Input<string>>>;
  /** What runs on every one of these hosts. Another list is a reload. @default none */
  services?: Input<Input<ClientServiceArgs>[]>;
  /**
   * Any other Consul setting, in Consul's own names (snake case), merged into the rendered configuration and checked
   * by Consul itself. A key that an argument above governs is refused here. @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: Consul decides what may stand here.
  extraConfig?: Input<Record<string, any>>;
  /**
   * How many agents change at a time, after the first one has changed alone. What is wrong with a setting shows there; what is wrong
   * with a host, on that many at worst. @default 5
   */
  concurrency?: number;
  /**
   * Whether a client that is taken off a host that stays takes its data along. A cluster needs nothing of it, and the
   * gossip key lies in it. @default true
   */
  removeData?: Input<boolean>;
}

/** What client agents need of their cluster. A `ConsulCluster` has all of it, and hands it on in one as `clientSettings`. */
export interface ClientSettings {
  /** What an agent joins. */
  joinAddresses: Input<Input<string>[]>;
  /** Datacenter of the servers. */
  datacenter: Input<string>;
  /** DNS domain that the servers answer for. */
  domain: Input<string>;
  /** The Consul release of the servers; no client has a newer one. */
  version: Input<string>;
  /** The key that encrypts gossip, base64; a secret. */
  gossipKey: Input<string>;
  /** The CAs that clients know their servers by, PEM; "" is no TLS. */
  clientCaCertificate: Input<string>;
  /** The token of client agents, a secret; "" where there are no ACLs. */
  clientToken: Input<string>;
  /** What whoever has no token may do: `deny`, `allow`, or `off` where there are no ACLs. */
  aclDefaultPolicy: Input<string>;
}

/**
 * TLS of client agents by Consul's auto_encrypt: servers, which have to be in the mode `preferred` or `required`, give each client
 * a certificate, in memory, and renew it. A client that starts while no server answers has no HTTP and no DNS until one does.
 * Turned on or off it is a restart. Another CA is a reload, and refused where the servers do not show that it is theirs.
 */
export interface ClientTlsArgs {
  /**
   * Certificates of the servers' CAs, PEM, a block each: `clientCaCertificate` of a `ConsulCluster`, which is "" as long as its servers
   * give no certificates, or its `caCertificate`. With "" there is no TLS.
   */
  caCertificate: Input<string>;
}

/** Ports from 1 to 65535; -1 switches DNS off. */
export interface ClientPortsArgs {
  /** DNS, TCP and UDP. @default 8600 */
  dns?: Input<number>;
  /** HTTP API. @default 8500 */
  http?: Input<number>;
  /** LAN gossip, TCP and UDP. @default 8301 */
  serfLan?: Input<number>;
}

export interface ClientAddressesArgs {
  /** IP addresses that DNS listens on, separated by spaces; `own` is each host's own. @default "127.0.0.1" */
  dns?: Input<string>;
  /** IP addresses that HTTP listens on, separated by spaces; `own` is each host's own. @default "127.0.0.1" */
  http?: Input<string>;
}

/** A service that runs on every host of the component. */
export interface ClientServiceArgs {
  /** Name of the service, `NAME.service.consul` in DNS. */
  name: Input<string>;
  /** Tells it from another of the same name on the host. @default the value of `name` */
  id?: Input<string>;
  /** Port of the service. */
  port: Input<number>;
  /** Address of the service. @default that of the client */
  address?: Input<string>;
  /** Tags, `TAG.NAME.service.consul` in DNS. @default none */
  tags?: Input<Input<string>[]>;
  /** Words by key. Nothing of it is secret. @default none */
  meta?: Input<Record<string, Input<string>>>;
  /** How Consul sees whether the service is well. @default none: it is taken to be well */
  checks?: Input<Input<ClientCheckArgs>[]>;
}

/** A look at a service by its client agent: exactly one of `http` and `tcp`. */
export interface ClientCheckArgs {
  /** A URL that answers with a status of 200 to 299. */
  http?: Input<string>;
  /** `host:port` that takes a connection. */
  tcp?: Input<string>;
  /** Name of the check. @default one that Consul makes */
  name?: Input<string>;
  /** Pause between two looks, a Go duration. @default "10s" */
  interval?: Input<string>;
  /** How long an answer may take, a Go duration. @default Consul's: 10 seconds */
  timeout?: Input<string>;
  /** Take any certificate of an `https://` URL. @default false */
  tlsSkipVerify?: Input<boolean>;
  /** Take a service out that has been critical for so long, a Go duration. @default never */
  deregisterCriticalServiceAfter?: Input<string>;
}

/** The arguments with every `Input` taken off. */
export type PlainClientArgs = Unwrap<ConsulClientArgs>;
