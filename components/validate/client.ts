import type { PlainClientArgs } from "../client/args";
import { planClients } from "../client/plan";
import { departure } from "../settings/agent";
import { clientSettings } from "../settings/client";
import { identity } from "../settings/identity";
import { checkClientAcl } from "./acl";
import { canonicalAddress } from "./address";
import { checkCas } from "./authorities";
import { CLIENT_KEYS_BESIDE_TLS, CLIENT_MANAGED_KEYS } from "./clientManagedKeys";
import { checkBesideCluster, checkCluster, sameAs } from "./clusterOfClients";
import { checkEnvironment } from "./environment";
import { checkExtraConfig } from "./extraConfig";
import { checkGossipKey } from "./gossip";
import { checkHosts } from "./hosts";
import { checkListenAddresses } from "./listenAddresses";
import { governs } from "./managedKeys";
import { checkSshHost } from "./names";
import { pemBlocks } from "./pem";
import { checkPerServer } from "./perServer";
import { checkPort } from "./port";
import { checkPorts, portOf } from "./ports";
import { type Problem, problem, show } from "./problem";
import { checkRecursors } from "./recursors";
import { checkRelease } from "./release";
import { checkRows } from "./rows";
import { allServers } from "./servers";
import { checkServices } from "./services";
import { checkFoldersApart } from "./settings";
import {
  each,
  type Fields,
  type Files,
  fieldsOf,
  itemsOf,
  list,
  object,
  optional,
  text,
} from "./values";

const DEFAULTS = planClients({});
const { concurrency } = clientSettings;

/**
 * Every problem of a client's arguments, as `validate` finds those of a cluster. What may come late, as all that is of its cluster may,
 * is UNKNOWN until it is there.
 */
export function validateClients(args: PlainClientArgs, files?: Files): Problem[] {
  const fields = fieldsOf(args);
  const wrongCluster = checkCluster(fields.cluster);
  // Of what is no cluster nothing came, and nothing of that has to be told as well.
  if (wrongCluster.length > 0) return wrongCluster;
  const cluster = fieldsOf(fields.cluster);
  return [
    ...checkBesideCluster(fields),
    ...checkHosts(fields, "clients", files),
    ...checkRelease(fields, files),
    ...checkRows({ ...identity, ...departure, concurrency }, fields),
    ...checkFoldersApart(fields, DEFAULTS),
    ...checkPorts(fields, DEFAULTS.ports),
    ...checkListenAddresses(fields),
    ...checkNoHttps(fields),
    ...checkRecursors(fields, portOf(fields, "dns", DEFAULTS.ports)),
    ...checkEnvironment(fields),
    ...checkServices(fields),
    ...checkExtraConfig(fields, clientKeysOf(fields), DEFAULTS),
    ...checkPerServer(fields, clientKeysOf(fields), DEFAULTS),
    ...checkJoin(fields.servers, allServers(fields)),
    ...checkClientKey(fields.gossipKey, cluster.gossipKey),
    ...optional((tls) => checkClientTls(tls, cluster.clientCaCertificate))(fields.tls, "tls"),
    ...checkClientAcl(fields.agentToken, fields.aclDefaultPolicy, cluster.aclDefaultPolicy),
  ];
}

/** With `tls` and `agentToken`, what `extraConfig` says of them is the argument's; without, it is the user's own. */
function clientKeysOf({ tls, agentToken }: Fields) {
  return [
    ...CLIENT_MANAGED_KEYS,
    ...(tls === undefined ? [] : CLIENT_KEYS_BESIDE_TLS),
    ...(agentToken === undefined ? [] : [governs("acl", "agentToken")]),
  ];
}

/** An agent has no certificate of its own on its disk, so nothing would listen there. */
function checkNoHttps(args: Fields): Problem[] {
  return fieldsOf(args.addresses).https === undefined
    ? []
    : problem("addresses.https", "has no effect on a client, which has no HTTPS; leave it out");
}

export function checkClientKey(key: unknown, clusters?: unknown): Problem[] {
  return [...checkGossipKey(key, "gossipKey"), ...sameAs("gossipKey", key, clusters, "secret")];
}

/** The CA that clients know their servers by: "" is no TLS, and anything else has to be one that is good now. */
export function checkClientTls(tls: unknown, clusters?: unknown): Problem[] {
  return object((fields) => [
    ...(fields.caCertificate === "" ? [] : each(fields, "tls", { caCertificate: checkCas })),
    ...sameAs("tls.caCertificate", blocksOf(fields.caCertificate), blocksOf(clusters), "secret"),
  ])(tls, "tls");
}

/** What stands around the blocks of a PEM makes no other CA. */
const blocksOf = (pem: unknown) =>
  typeof pem === "string"
    ? pemBlocks(pem.replaceAll("\r", ""), "CERTIFICATE").sort().join("\n")
    : pem;

/** What the clients join; `clients` are these, of which none is a server. */
export function checkJoin(
  servers: unknown,
  clients: { name: unknown; address?: unknown }[],
): Problem[] {
  const some = list(
    (all, path) =>
      all.length > 0 ? [] : problem(path, "names no server; give one address at least"),
    "a list of the servers' addresses, or `cluster`",
  );
  return [
    ...some(servers, "servers"),
    ...itemsOf(servers).flatMap((server, index) => checkOne(server, `servers[${index}]`)),
    ...itemsOf(servers).flatMap((server, index) => {
      const address = canonicalAddress(server);
      const client = clients.find(
        (own) => address !== undefined && canonicalAddress(own.address) === address,
      );
      return client === undefined
        ? []
        : problem(
            `servers[${index}]`,
            `${show(server)} is the address of the client ${show(client.name)} itself; give those of the servers`,
          );
    }),
  ];
}

/** `10.0.0.11`, `10.0.0.11:8401`, `2001:db8::11`, `[2001:db8::11]:8401`, `consul.example.com`. */
const checkOne = text((server, path) => {
  if (/(^|\s)provider=/.test(server)) {
    return problem(path, "is a search in a cloud, which is not supported; give addresses");
  }
  if (canonicalAddress(server) !== undefined) return [];
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  if (
    host === undefined ||
    (bracketed !== undefined && canonicalAddress(bracketed) === undefined)
  ) {
    return problem(path, `${show(server)} is no address; give one such as "10.0.0.11"`);
  }
  const wrongPort = port !== undefined && checkPort(Number(port), path).length > 0;
  return wrongPort
    ? problem(path, `${show(server)} has no valid port; give 1 to 65535, or the address alone`)
    : checkSshHost(host, path);
}, "an address of a server");
