import { CLIENT_CAS_META, CLIENT_TLS_META } from "../render/tls";
import { clientSettings } from "../settings/client";
import { governedKeys, governs, type ManagedKey, refused, TLS_KEYS } from "./managedKeys";

const ADDRESS = "it is the `address` of the host or machine";
const KIND = "all of them are clients; leave it out";

/** What `extraConfig` of client agents must not say, for the same reasons as that of servers. */
export const CLIENT_MANAGED_KEYS: readonly ManagedKey[] = [
  ...governedKeys(clientSettings),
  refused("node_name", "it is the `name` of the host or machine"),
  refused("node_id", "every client would get the same; leave it out"),
  refused("bind_addr", ADDRESS),
  refused("advertise_addr", ADDRESS),
  refused("advertise_addr_ipv4", ADDRESS),
  refused("advertise_addr_ipv6", ADDRESS),
  refused("serf_lan", ADDRESS),
  refused("client_addr", "use `addresses`, and addresses.https or .grpc here for the others"),
  refused("server", KIND),
  refused("bootstrap", KIND),
  refused("bootstrap_expect", KIND),
  governs("encrypt", "gossipKey"),
  governs("retry_join", "servers"),
  governs("start_join", "servers"),
  refused("retry_max", "a client would exit once it has tried so often; leave it out"),
  refused("auto_reload_config", "the component reloads, one client at a time; leave it out"),
  governs("services", "services"),
  governs("service", "services"),
];

/** The same beside the argument `tls`. */
export const CLIENT_KEYS_BESIDE_TLS: readonly ManagedKey[] = [
  ...TLS_KEYS,
  ...[...Object.keys(CLIENT_TLS_META), CLIENT_CAS_META].map((key) =>
    refused(`node_meta.${key}`, "by it servers know that this client talks TLS; leave it out"),
  ),
];
