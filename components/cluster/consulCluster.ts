import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import type { ClientSettings } from "../client/args";
import { hostsOf } from "../hosts";
import { renderAutopilotRequest } from "../render/autopilot";
import { clusterAcl } from "../secrets/aclSeed";
import { authorityNames } from "../secrets/authorities";
import { clusterTls } from "../secrets/certificates";
import { gossipKey } from "../secrets/gossipKey";
import { hasHttps } from "../settings/tlsModes";
import { teardown } from "../steps/leave";
import { ready } from "../steps/ready";
import { nodeIds } from "../steps/ready/outputs";
import { owner } from "../steps/release/owner";
import type { ConsulClusterArgs } from "./args";
import { checkedArgs } from "./checkedArgs";
import { labelOf } from "./clusterId";
import { ConsulServer } from "./consulServer";
import { fixedSettings } from "./fixedSettings";
import { knownByFormerNames } from "./formerNames";
import { dnsAddressesOf, hostPort, httpAddressesOf } from "./listening";
import { withOwnName } from "./namesOfProgram";
import { repairThenActivate } from "./order";
import {
  type ClusterPlan,
  type ClusterSettings,
  faultTolerance,
  planServers,
  planSettings,
} from "./plan";
import { warnOfOptionsWithoutEffect } from "./withoutEffect";

/** A server as others see it. */
export interface ServerOutput {
  /** Name of the server: Consul's node name. */
  name: string;
  /** The server's own IP address. */
  address: string;
  /** Consul's id of the node; a server that lost its data comes back with another one. */
  nodeId: string;
}

/**
 * A Consul cluster of one, three, five or seven servers on machines that are made with it or exist already.
 *
 * Every server is staged - release, secrets and settings lie beside what runs, verified - before the first
 * one is activated; activations follow each other in a chain.
 *
 * @example
 * const consul = new ConsulCluster("prod", { existing: { servers: [...] }, recursors: ["192.0.2.53"] });
 * export const api = consul.httpAddresses;
 */
export class ConsulCluster extends ComponentResource {
  /** The servers, in the order of the arguments. Known once the cluster is ready. */
  readonly servers: Output<ServerOutput[]>;
  /**
   * URL of the HTTP API and UI on each server, as others reach it: none of a server whose HTTP listens on loopback
   * alone. Where `addresses.http` names other addresses than the server's, the first of those.
   */
  readonly httpAddresses: Output<string[]>;
  /** `address:port` of DNS on each server, with the same reach; none where `ports.dns` is -1. */
  readonly dnsAddresses: Output<string[]>;
  /**
   * What an agent joins: each server's address, with the port of its gossip where that is not 8301. A preview knows
   * them; an update hands them on once the cluster is ready, so that whatever is made of them comes after that.
   */
  readonly joinAddresses: Output<string[]>;
  /** Datacenter of the servers. */
  readonly datacenter: Output<string>;
  /** DNS domain that Consul answers for. */
  readonly domain: Output<string>;
  /** The key that encrypts gossip, base64; a secret. An agent needs it to join. */
  readonly gossipKey: Output<string>;
  /** With `acl`, the token that may do anything; a secret. Without, "". */
  readonly managementToken: Output<string>;
  /**
   * With `acl`, the token of client agents, for `agentToken` of a `ConsulClient`; a secret. Without, "". An update hands it on once
   * the cluster is ready, which has made it by then.
   */
  readonly clientToken: Output<string>;
  /** What whoever has no token may do: `deny`, `allow`, or `off` without `acl`. Handed on in the same way. */
  readonly aclDefaultPolicy: Output<string>;
  /**
   * With `tls`, the certificate of the CA, PEM, by which whoever asks over HTTPS knows the servers; of more than one CA that is
   * trusted, a block each. Without, "".
   */
  readonly caCertificate: Output<string>;
  /**
   * The same for `tls` of a `ConsulClient`: "" as long as servers give client agents no certificates: where `tls` is off, `offered` or
   * `outgoing`, and without `clientCertificates`. An update hands it on once the cluster is ready, as `joinAddresses`.
   */
  readonly clientCaCertificate: Output<string>;
  /**
   * All that client agents need of this cluster, in one: `cluster` of a `ConsulClient`, from another stack or another language. In
   * TypeScript the component itself will do. The key and the token in it are secrets.
   */
  readonly clientSettings: ClientSettings;
  /** With `tls`, whole days until the first certificate ends; -1 without. A run renews them long before. */
  readonly certificateDaysLeft: Output<number>;
  /** How many servers may fail while the rest still is a quorum. */
  readonly faultTolerance: Output<number>;
  /** The Consul release on every server. */
  readonly version: Output<string>;
  /** True once a leader is known and every server is a healthy voter: the output to wait for. */
  readonly ready: Output<boolean>;

  constructor(name: string, args: ConsulClusterArgs, opts?: ComponentResourceOptions) {
    const own = withOwnName({ component: "ConsulCluster", name }, opts);
    super("consul-cluster:index:ConsulCluster", name, {}, knownByFormerNames(name, own));
    warnOfOptionsWithoutEffect(this, opts);
    const label = labelOf(name, opts);
    const checked = checkedArgs(name, args);
    const afterChecks = { parent: this, dependsOn: checked.passed };
    const settings = checked.args.apply(planSettings);
    const planOf = (addresses: Input<string[]>) =>
      all([settings, checked.args, addresses]).apply(
        ([plain, said, known]): ClusterPlan => ({
          ...(plain as ClusterSettings),
          servers: planServers(said, known),
        }),
      );
    const fixed = fixedSettings(
      `${name}-fixed-settings`,
      planOf([]),
      args.tls && authorityNames(args.tls),
      afterChecks,
    );
    const guarded: Promise<Resource[]> = checked.passed.then((passed) => [...passed, fixed]);
    const behindGuard = { parent: this, dependsOn: guarded };
    const mark = owner(name, afterChecks);
    const hosts = hostsOf(args, "servers", {
      name,
      label,
      owner: mark,
      settings,
      opts: behindGuard,
    });
    const addresses = output(hosts.map((host) => host.address));
    const plan = planOf(addresses);
    const key = gossipKey(`${name}-gossip-key`, args, afterChecks);
    const names = hosts.map((host) => host.name);
    const acl = clusterAcl(`${name}-acl-seed`, args.acl, names, afterChecks);
    const tls = clusterTls(name, args.tls, hosts, settings, afterChecks, behindGuard);
    const servers = hosts.map(
      (host) =>
        new ConsulServer(
          `${name}-${host.name}`,
          {
            cluster: label,
            owner: mark,
            host,
            hosts,
            plan,
            gossipKey: key,
            acl,
            tls: tls?.servers[host.name],
            guards: [fixed],
          },
          { parent: this },
        ),
    );
    const seen = ready(
      name,
      {
        way: "server",
        owner: mark,
        hosts,
        agents: servers,
        guards: guarded,
        head: plan.apply((settings) => `autopilot ${renderAutopilotRequest(settings)}\n`),
      },
      { parent: this, dependsOn: repairThenActivate(servers) },
    );
    teardown(name, { cluster: label, owner: mark, hosts }, { parent: this, dependsOn: seen });

    this.servers = all([plan, seen.stdout]).apply(([{ servers }, stdout]) => {
      const ids = nodeIds(stdout);
      return servers.map(({ name, address }) => ({ name, address, nodeId: ids[name] ?? "" }));
    });
    this.httpAddresses = plan.apply((settings) => httpAddressesOf(settings, settings.servers));
    this.dnsAddresses = plan.apply((settings) => dnsAddressesOf(settings, settings.servers));
    // The URN tells nothing that is not known in a preview; in an update it is known when the command has ended.
    this.joinAddresses = all([plan, seen.urn]).apply(([{ servers, ports }]) =>
      servers.map(({ address }) =>
        ports.serfLan === 8301 ? address : hostPort(address, ports.serfLan),
      ),
    );
    // Not out of the plan, which waits for the hosts' addresses.
    this.datacenter = settings.datacenter;
    this.domain = settings.domain;
    this.version = settings.version;
    this.gossipKey = key.key;
    this.managementToken = acl?.tokens.management ?? output("");
    this.clientToken = acl
      ? all([acl.tokens, seen.urn]).apply(([{ clients }]) => clients.secret)
      : output("");
    this.aclDefaultPolicy = all([plan, seen.urn]).apply(([{ acl }]) => acl.defaultPolicy);
    this.caCertificate = tls?.ca ?? output("");
    this.clientCaCertificate = all([plan, this.caCertificate, seen.urn]).apply(([{ tls }, ca]) =>
      hasHttps(tls.mode) && tls.clientCertificates ? ca : "",
    );
    this.clientSettings = {
      joinAddresses: this.joinAddresses,
      datacenter: this.datacenter,
      domain: this.domain,
      version: this.version,
      gossipKey: this.gossipKey,
      clientCaCertificate: this.clientCaCertificate,
      clientToken: this.clientToken,
      aclDefaultPolicy: this.aclDefaultPolicy,
    };
    this.certificateDaysLeft = tls?.daysLeft ?? output(-1);
    this.faultTolerance = output(faultTolerance(hosts.length));
    this.ready = seen.stdout.apply((stdout?: string) => stdout !== undefined);
    this.registerOutputs({
      servers: this.servers,
      httpAddresses: this.httpAddresses,
      dnsAddresses: this.dnsAddresses,
      joinAddresses: this.joinAddresses,
      datacenter: this.datacenter,
      domain: this.domain,
      gossipKey: this.gossipKey,
      managementToken: this.managementToken,
      clientToken: this.clientToken,
      aclDefaultPolicy: this.aclDefaultPolicy,
      caCertificate: this.caCertificate,
      clientCaCertificate: this.clientCaCertificate,
      clientSettings: this.clientSettings,
      certificateDaysLeft: this.certificateDaysLeft,
      faultTolerance: this.faultTolerance,
      version: this.version,
      ready: this.ready,
    });
  }
}
