import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import { activateInChain } from "./activateInChain";
import type { ConsulClusterArgs } from "./args";
import { checkedArgs } from "./checkedArgs";
import { ConsulServer } from "./consulServer";
import { farewell } from "./departure";
import { hostsOf } from "./hosts";
import type { Host } from "./hosts/host";
import {
  type ClusterPlan,
  faultTolerance,
  hostPort,
  localApi,
  planCluster,
  planSettings,
} from "./plan";
import { hostCommand } from "./remote/hostCommand";
import { nodeIds } from "./remote/raftConfiguration";
import { renderAutopilotRequest } from "./render/autopilot";
import { gossipKey } from "./secrets/gossipKey";

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
  /** URL of the HTTP API and UI on each server. */
  readonly httpAddresses: Output<string[]>;
  /** `address:port` of DNS on each server. */
  readonly dnsAddresses: Output<string[]>;
  /**
   * What an agent joins: each server's address, with the port of its gossip where that is not 8301. A preview knows
   * them; an update hands them on once the cluster is ready, so that whatever is made of them comes after that.
   */
  readonly joinAddresses: Output<string[]>;
  /** Datacenter of the servers. */
  readonly datacenter: Output<string>;
  /** The key that encrypts gossip, base64; a secret. An agent needs it to join. */
  readonly gossipKey: Output<string>;
  /** How many servers may fail while the rest still is a quorum. */
  readonly faultTolerance: Output<number>;
  /** The Consul release on every server. */
  readonly version: Output<string>;
  /** True once a leader is known and every server is a healthy voter: the output to wait for. */
  readonly ready: Output<boolean>;

  constructor(name: string, args: ConsulClusterArgs, opts?: ComponentResourceOptions) {
    super("consul-cluster:index:ConsulCluster", name, {}, opts);
    const checked = checkedArgs(args);
    const first = { parent: this, dependsOn: checked.passed };
    const hosts = hostsOf(name, args, checked.args.apply(planSettings), first);
    const addresses = output(hosts.map((host) => host.address));
    const plan = all([checked.args, addresses]).apply(([plain, known]) =>
      planCluster(plain, known),
    );
    const key = gossipKey(`${name}-gossip-key`, args, first);
    const servers = hosts.map(
      (host) =>
        new ConsulServer(
          `${name}-${host.name}`,
          { cluster: name, host, hosts, plan, gossipKey: key },
          { parent: this },
        ),
    );
    const ready = this.waitUntilReady(
      `${name}-ready`,
      hosts,
      servers,
      plan,
      activateInChain(servers),
    );
    farewell(name, hosts, { parent: this, dependsOn: ready });

    this.servers = all([plan, ready.stdout]).apply(([{ servers }, stdout]) => {
      const ids = nodeIds(stdout);
      return servers.map(({ name, address }) => ({ name, address, nodeId: ids[name] ?? "" }));
    });
    this.httpAddresses = plan.apply(({ servers, ports }) =>
      servers.map(({ address }) => `http://${hostPort(address, ports.http)}`),
    );
    this.dnsAddresses = plan.apply(({ servers, ports }) =>
      servers.map(({ address }) => hostPort(address, ports.dns)),
    );
    // The URN tells nothing that is not known in a preview; in an update it is known when the command has ended.
    this.joinAddresses = all([plan, ready.urn]).apply(([{ servers, ports }]) =>
      servers.map(({ address }) =>
        ports.serfLan === 8301 ? address : hostPort(address, ports.serfLan),
      ),
    );
    this.datacenter = plan.datacenter;
    this.gossipKey = key.key;
    this.faultTolerance = output(faultTolerance(hosts.length));
    this.version = plan.version;
    this.ready = ready.stdout.apply((seen?: string) => seen !== undefined);
    this.registerOutputs({
      servers: this.servers,
      httpAddresses: this.httpAddresses,
      dnsAddresses: this.dnsAddresses,
      joinAddresses: this.joinAddresses,
      datacenter: this.datacenter,
      gossipKey: this.gossipKey,
      faultTolerance: this.faultTolerance,
      version: this.version,
      ready: this.ready,
    });
  }

  private waitUntilReady(
    name: string,
    hosts: Host[],
    servers: ConsulServer[],
    plan: Output<ClusterPlan>,
    activated: Resource[],
  ) {
    return hostCommand(
      name,
      hosts[0] as Host,
      {
        script: "ready.sh",
        settings: {
          api: plan.apply(localApi),
          configDir: plan.configDir,
          servers: hosts.map((host) => host.name).join(","),
        },
        // Whatever an activation does, readiness is to be seen again afterwards.
        stdin: all([
          plan.apply((settings) => `autopilot ${renderAutopilotRequest(settings)}\n`),
          ...servers.map((server) =>
            server.wanted().apply((wanted) => `${server.name}\n${wanted}`),
          ),
        ]).apply((parts) => parts.join("")),
      },
      { parent: this, dependsOn: activated },
    );
  }
}
