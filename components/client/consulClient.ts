import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Output,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import { checked, checkStructure, refuseLate } from "../cluster/checkedArgs";
import { labelOf } from "../cluster/clusterId";
import { knownByFormerNames } from "../cluster/formerNames";
import { waits } from "../cluster/lateValues";
import { hostPort } from "../cluster/listening";
import { withOwnName } from "../cluster/namesOfProgram";
import { activateInWaves } from "../cluster/order";
import type { Whose } from "../cluster/refusal";
import { warnOfOptionsWithoutEffect } from "../cluster/withoutEffect";
import { hostsOf } from "../hosts";
import { namedHosts, withoutLogins } from "../hosts/given";
import { secretsDigest } from "../render/server";
import type { GossipKey } from "../secrets/gossipKey";
import { CONCURRENCY } from "../settings/client";
import { ready } from "../steps/ready";
import { nodeIds } from "../steps/ready/outputs";
import { owner } from "../steps/release/owner";
import { checkClientKey, checkJoin, validateClients } from "../validate/client";
import { checkKeys } from "../validate/shape";
import { type Files, UNKNOWN } from "../validate/values";
import type { ClientSettings, ConsulClientArgs, PlainClientArgs } from "./args";
import { ClientAgent } from "./clientAgent";
import { withCluster } from "./cluster";
import { type EarlyArgs, planClients, reachedAt } from "./plan";
import { clientTrust } from "./trust";
import { barrier } from "./waves";

/** A client agent as others see it. */
export interface ClientOutput {
  /** Name of the client: Consul's node name. */
  name: string;
  /** The host's own IP address. */
  address: string;
  /** Consul's id of the node; a client that lost its data comes back with another one. */
  nodeId: string;
}

/**
 * Client agents of a Consul cluster, on hosts that run what others shall find: each answers DNS and HTTP to the
 * programs beside it, and watches their services.
 *
 * Every client is staged beside what runs and verified before the first one is activated; the others follow it,
 * `concurrency` at a time. With `servers` from a `ConsulCluster` all of that comes after the cluster is ready, but for
 * machines and releases: so no client starts before there is a leader, and none is newer than the servers.
 *
 * @example
 * const web = new ConsulClient("web", {
 *   servers: cluster.joinAddresses,
 *   gossipKey: cluster.gossipKey,
 *   existing: { hosts: [...] },
 *   services: [{ name: "web", port: 80, checks: [{ http: "http://127.0.0.1/health" }] }],
 * });
 */
export class ConsulClient extends ComponentResource {
  /** The clients, in the order of the arguments. Known once all of them are well. */
  readonly clients: Output<ClientOutput[]>;
  /** URL of each client's HTTP API, as the programs on its host reach it; for others where it listens for others. */
  readonly httpAddresses: Output<string[]>;
  /** `address:port` of each client's DNS, with the same reach; none where `ports.dns` is -1. */
  readonly dnsAddresses: Output<string[]>;
  /** True once every client knows a leader and is alive in the pool: the output to wait for. */
  readonly ready: Output<boolean>;

  constructor(name: string, args: ConsulClientArgs, opts?: ComponentResourceOptions) {
    const own = withOwnName({ component: "ConsulClient", name }, opts);
    super("consul-cluster:index:ConsulClient", name, {}, knownByFormerNames(name, own));
    warnOfOptionsWithoutEffect(this, opts);
    const label = labelOf(name, opts);
    const { early, servers, gossipKey, trust } = checkedClientArgs(name, args);
    const plan = early.args.apply(planClients);
    const afterChecks = { parent: this, dependsOn: early.passed };
    const mark = owner(name, afterChecks);
    const hosts = hostsOf(args, "clients", { name, label, owner: mark, opts: afterChecks });
    const agents = hosts.map(
      (host) =>
        new ClientAgent(
          `${name}-${host.name}`,
          { component: label, owner: mark, host, hosts, plan, servers, gossipKey, trust },
          { parent: this },
        ),
    );
    const concurrency = args.concurrency ?? CONCURRENCY;
    const staged = agents.map((agent) => agent.staged);
    const allStaged = barrier(`${name}-barrier`, concurrency, { parent: this, dependsOn: staged });
    const seen = ready(
      name,
      { way: "client", owner: mark, hosts, agents, guards: early.passed },
      { parent: this, dependsOn: activateInWaves(agents, allStaged, concurrency) },
    );

    this.clients = all([plan, seen.stdout]).apply(([{ clients }, stdout]) => {
      const ids = nodeIds(stdout);
      return clients.map(({ name, address }) => ({ name, address, nodeId: ids[name] ?? "" }));
    });
    this.httpAddresses = plan.apply(({ clients, addresses, ports }) =>
      clients.map(
        ({ address }) => `http://${hostPort(reachedAt(addresses.http, address), ports.http)}`,
      ),
    );
    this.dnsAddresses = plan.apply(({ clients, addresses, ports }) =>
      ports.dns > 0
        ? clients.map(({ address }) => hostPort(reachedAt(addresses.dns, address), ports.dns))
        : [],
    );
    this.ready = seen.stdout.apply((stdout?: string) => stdout !== undefined);
    this.registerOutputs({
      clients: this.clients,
      httpAddresses: this.httpAddresses,
      dnsAddresses: this.dnsAddresses,
      ready: this.ready,
    });
  }
}

/**
 * The arguments, checked: all at once where they are plain. What the clients join, the key, and what is of TLS and ACLs may
 * be a cluster's that is still to come up; the others do not wait for them, neither in an update nor in a preview.
 */
function checkedClientArgs(name: string, given: ConsulClientArgs) {
  const whose: Whose = { component: "ConsulClient", name };
  const args = withCluster(given);
  const judge = (plain: PlainClientArgs, files?: Files) => [
    ...checkKeys(plain, whose.component),
    ...validateClients(plain, files),
  ];
  checkStructure(whose, args, judge);
  const { servers, gossipKey, tls, agentToken, aclDefaultPolicy, ...rest } = args;
  const late = { servers, gossipKey, tls, agentToken, aclDefaultPolicy };
  const { cluster, ...others } = rest as typeof rest & { cluster?: ClientSettings };
  const there = {
    ...rest,
    ...ifThere(late),
    ...(typeof cluster === "object" && cluster && { cluster: ifThere(cluster) }),
  };
  const early = checked<EarlyArgs>(whose, there, withoutLogins(others), (plain, files) =>
    judge(plain as PlainClientArgs, files),
  );
  const clients = early.args.apply((plain) => namedHosts(plain, "clients"));
  const join = all([servers, clients]).apply(([addresses, own]) => {
    refuseLate(whose, checkJoin(addresses, own));
    return addresses as string[];
  });
  const key = secret(all([gossipKey, cluster?.gossipKey, early.passed])).apply(
    ([text, clusters]) => {
      refuseLate(whose, checkClientKey(text, clusters));
      return text as string;
    },
  );
  const label = unsecret(key.apply(secretsDigest));
  const trust = clientTrust(whose, late, early.passed, cluster);
  return { early, servers: join, gossipKey: { key, label } satisfies GossipKey, trust };
}

/** Of what may come late that which is there, and may be judged with all else; the rest is not known yet. */
function ifThere<Args extends object>(args: Args): Args {
  const fields = Object.entries(args).map(([key, value]) => [key, waits(value) ? UNKNOWN : value]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Args;
}
