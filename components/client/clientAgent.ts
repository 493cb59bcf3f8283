import type { remote } from "@pulumi/command";
import {
  all,
  ComponentResource,
  type Output,
  type Resource,
  type ResourceOptions,
} from "@pulumi/pulumi";
import type { Host } from "../hosts/host";
import { renderClientFiles } from "../render/client";
import { renderDesired } from "../render/server";
import type { GossipKey } from "../secrets/gossipKey";
import { activate } from "../steps/activate";
import { stageConfig } from "../steps/config";
import { foundApplied } from "../steps/config/applied";
import { departure } from "../steps/leave";
import { stageRelease } from "../steps/release";
import type { Owner } from "../steps/release/owner";
import { stageSecrets } from "../steps/secrets";
import type { Staged } from "../steps/staged";
import type { ClientHostPlan, ClientPlan } from "./plan";
import type { ClientTrust } from "./trust";
import { hostsOfDeparture } from "./waves";

export interface ClientAgentArgs {
  /** By which its component is known: see `labelOf`. */
  component: string;
  owner: Owner;
  host: Host;
  /** All hosts of the component, this one among them. */
  hosts: Host[];
  plan: Output<ClientPlan>;
  /** What it joins. */
  servers: Output<string[]>;
  gossipKey: GossipKey;
  trust: ClientTrust;
}

/**
 * One client agent. Constructing it stages everything beside what runs on its host, as for a server; `activate` then
 * switches the agent to it.
 */
export class ClientAgent extends ComponentResource {
  readonly name: string;
  /** The last of the staging steps. */
  readonly staged: remote.Command;
  /** What an activation shall bring about; it changes exactly when the client has something to do. */
  readonly desired: Output<string>;
  /** What the host was found to have applied, when its settings were staged. */
  readonly found: Output<string>;
  private readonly steps: Staged;

  constructor(
    private readonly resourceName: string,
    private readonly args: ClientAgentArgs,
    opts: ResourceOptions,
  ) {
    super("consul-cluster:index:ConsulClientAgent", resourceName, {}, opts);
    const { host, plan, servers, owner, gossipKey, trust } = args;
    this.name = host.name;
    this.steps = { resource: resourceName, host, parent: this };
    const files = all([plan, servers, trust.open]).apply(([whole, addresses, open]) =>
      renderClientFiles(whole, ofHost(whole, host), addresses, open),
    );
    const [certificate, tokens] = [trust.ca?.label, trust.acl?.label];
    const address = plan.apply((whole) => ofHost(whole, host).address);
    const wipeData = plan.apply((whole) => ofHost(whole, host).wipeData);
    const { label } = gossipKey;
    this.desired = all([plan.version, wipeData, files, label, certificate, tokens]).apply(
      ([version, wipeData, rendered, secrets, certificate, agentToken]) =>
        renderDesired({ version, wipeData }, rendered, secrets, { certificate, agentToken }),
    );
    const more = { role: "client" };
    // Not what it joins, nor the secrets: they may come once a cluster is ready, and the release does not wait for that.
    const about = plan.apply((whole) => renderClientFiles(whole, ofHost(whole, host), []));
    const release = stageRelease(this.steps, { plan, owner, address, wipeData, more, about });
    const secrets = stageSecrets(
      this.steps,
      { gossipKey, acl: trust.acl?.rendered, tls: trust.ca?.files },
      owner,
      release,
    );
    const { version } = plan;
    this.staged = stageConfig(
      this.steps,
      { owner, files, version, secrets: label, tokens, certificate, wipeData },
      secrets,
    );
    this.found = foundApplied(this.staged);
    this.registerOutputs({});
  }

  /** Starts, reloads or restarts the agent, after `order`: every client staged, its predecessor activated. */
  activate(order: Resource[]): remote.Command {
    const { component, owner, host, hosts, plan } = this.args;
    const leaving = departure(
      `${this.resourceName}-departure`,
      { cluster: component, owner, hosts: hostsOfDeparture(host, hosts) },
      host,
      plan,
      { parent: this, dependsOn: order },
      "client",
    );
    return activate(this.steps, "activate-client.sh", owner, this, [...order, leaving]);
  }
}

/** What the plan says of this host. */
function ofHost({ clients }: ClientPlan, host: Host): ClientHostPlan {
  return clients.find(({ name }) => name === host.name) as ClientHostPlan;
}
