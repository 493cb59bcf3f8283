import { settings } from "../settings";
import { rowsOf, type Table } from "../settings/setting";
import { modeOf } from "./tls";
import { type Fields, fieldsOf } from "./values";

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

/** The keys that arguments govern, their older names among them. */
export function governedKeys(table: Table, isWithTls = false): ManagedKey[] {
  return rowsOf(table)
    .filter(({ row }) => isWithTls || !row.onlyWithTls)
    .flatMap(({ argument, row: { consul, formerly = [] } }) =>
      consul === undefined ? [] : [consul, ...formerly].map((key) => governs(key, argument)),
    );
}

/**
 * What `extraConfig` must not say: every key that the rendered configuration holds, its older names, and
 * keys that would break a cluster in which all servers get the same settings.
 */
export const MANAGED_KEYS: readonly ManagedKey[] = [
  ...governedKeys(settings),
  NAME,
  refused("node_id", SAME),
  refused("bind_addr", ADDRESS),
  refused("advertise_addr", ADDRESS),
  refused("advertise_addr_ipv4", ADDRESS),
  refused("advertise_addr_ipv6", ADDRESS),
  refused("serf_lan", ADDRESS),
  refused("client_addr", `${use("addresses")}, and addresses.https or .grpc here for the others`),
  refused("server", "all of them are servers; leave it out"),
  refused("read_replica", "all of them are to vote; leave it out"),
  refused("non_voting_server", "all of them are to vote; leave it out"),
  refused("bootstrap", COUNT),
  refused("bootstrap_expect", COUNT),
  refused("autopilot.min_quorum", COUNT),
  refused("retry_join", JOIN),
  refused("start_join", JOIN),
  refused("retry_max", "a server would exit once it has tried so often; leave it out"),
  refused("retry_max_wan", "a server would exit once it has tried so often; leave it out"),
  refused("auto_reload_config", "the component reloads, one server at a time; leave it out"),
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

/** With the arguments `acl` and `tls`, `extraConfig` says nothing of either; without, what it says is the user's own. */
export function managedKeysOf(args: Fields): readonly ManagedKey[] {
  const isWithTls = modeOf(args) !== "off";
  const isWithAcl = args.acl !== undefined && fieldsOf(args.acl).defaultPolicy !== "off";
  return [
    ...MANAGED_KEYS,
    ...(isWithAcl ? [governs("acl", "acl")] : []),
    ...(isWithTls ? [...TLS_KEYS, ...governedKeys(settings, true)] : []),
  ];
}
