/** A Consul setting that the component governs, and what to say to a user who sets it by hand. */
export interface ManagedKey {
  /** In Consul's own names, with dots: `performance.raft_multiplier`. Everything below is governed too. */
  readonly key: string;
  /** What to do instead. */
  readonly instead: string;
}

const use = (argument: string) => `use the argument \`${argument}\``;
export const governs = (key: string, argument: string): ManagedKey => ({
  key,
  instead: use(argument),
});
export const refused = (key: string, instead: string): ManagedKey => ({ key, instead });

const NAME = refused("node_name", "it is the `name` of the machine or server");
const ADDRESS = "it is the `address` of the machine or server";
const COUNT = "it follows from the number of machines or servers";
const JOIN = "the component joins every server with all others, never with itself";
const SAME = "every server would get the same; leave it out";

/**
 * What `extraConfig` must not say: every key that the rendered configuration holds, its older names, and
 * keys that would break a cluster in which all servers get the same settings.
 */
export const MANAGED_KEYS: readonly ManagedKey[] = [
  NAME,
  refused("node_id", SAME),
  refused("bind_addr", ADDRESS),
  refused("advertise_addr", ADDRESS),
  refused("advertise_addr_ipv4", ADDRESS),
  refused("advertise_addr_ipv6", ADDRESS),
  refused("serf_lan", ADDRESS),
  refused("client_addr", `${use("addresses")}, and addresses.https or .grpc here for the others`),
  governs("data_dir", "dataDir"),
  governs("datacenter", "datacenter"),
  governs("domain", "domain"),
  refused("server", "all of them are servers; leave it out"),
  refused("read_replica", "all of them are to vote; leave it out"),
  refused("non_voting_server", "all of them are to vote; leave it out"),
  refused("bootstrap", COUNT),
  refused("bootstrap_expect", COUNT),
  refused("autopilot.min_quorum", COUNT),
  governs("encrypt", "gossipKey"),
  governs("enable_syslog", "enableSyslog"),
  governs("ui", "ui"),
  governs("ui_config.enabled", "ui"),
  governs("performance.raft_multiplier", "performance.raftMultiplier"),
  governs("dns_config.allow_stale", "dnsConfig.allowStale"),
  governs("dns_config.max_stale", "dnsConfig.maxStale"),
  refused("retry_join", JOIN),
  refused("start_join", JOIN),
  governs("retry_interval", "retryInterval"),
  refused("retry_max", "a server would exit once it has tried so often; leave it out"),
  refused("retry_max_wan", "a server would exit once it has tried so often; leave it out"),
  governs("skip_leave_on_interrupt", "skipLeaveOnInterrupt"),
  governs("leave_on_terminate", "leaveOnTerminate"),
  governs("rejoin_after_leave", "rejoinAfterLeave"),
  refused("auto_reload_config", "the component reloads, one server at a time; leave it out"),
  governs("ports.dns", "ports.dns"),
  governs("ports.http", "ports.http"),
  governs("ports.https", "ports.https"),
  governs("ports.grpc", "ports.grpc"),
  governs("ports.grpc_tls", "ports.grpcTls"),
  governs("ports.server", "ports.server"),
  governs("ports.serf_lan", "ports.serfLan"),
  governs("ports.serf_wan", "ports.serfWan"),
  governs("addresses.dns", "addresses.dns"),
  governs("addresses.http", "addresses.http"),
  governs("recursors", "recursors"),
  governs("recursor", "recursors"),
];

/** What says how an agent talks TLS, by its names of today and of before. */
export const TLS_KEYS: readonly ManagedKey[] = [
  "tls",
  "auto_encrypt",
  "ca_file",
  "ca_path",
  "cert_file",
  "key_file",
  "verify_incoming",
  "verify_incoming_https",
  "verify_incoming_rpc",
  "verify_outgoing",
  "verify_server_hostname",
].map((key) => governs(key, "tls"));
