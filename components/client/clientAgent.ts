import type { remote } from "@pulumi/command";
import {
  all,
  ComponentResource,
  type Output,
  type Resource,
  type ResourceOptions,
} from "@pulumi/pulumi";
import { departure } from "../departure";
import type { Host } from "../hosts/host";
import { localApi } from "../plan";
import { hostCommand } from "../remote/hostCommand";
import { renderClientFiles } from "../render/client";
import { type Files, renderFiles } from "../render/files";
import { renderWanted } from "../render/server";
import type { GossipKey } from "../secrets/gossipKey";
import { type Staged, stageConfig, stageRelease, stageSecrets } from "../staging";
import type { ClientHostPlan, ClientPlan } from "./plan";

export interface ClientAgentArgs {
  /** Name of the clients' component. */
  component: string;
  host: Host;
  /** All hosts of the component, this one among them. */
  hosts: Host[];
  plan: Output<ClientPlan>;
  /** What it joins. */
  servers: Output<string[]>;
  gossipKey: GossipKey;
}

/**
 * One client agent. Constructing it stages everything beside what runs on its host, as for a server; `activate` then
 * switches the agent to it.
 */
export class ClientAgent extends ComponentResource {
  readonly name: string;
  /** The last of the staging steps. */
  readonly staged: remote.Command;
  private readonly steps: Staged;
  private readonly files: Output<Files>;

  constructor(
    private readonly resourceName: string,
    private readonly args: ClientAgentArgs,
    opts: ResourceOptions,
  ) {
    super("consul-cluster:index:ConsulClientAgent", resourceName, {}, opts);
    const { host, plan, servers, gossipKey } = args;
    this.name = host.name;
    this.steps = { resource: resourceName, host, parent: this };
    this.files = all([plan, servers]).apply(([whole, addresses]) =>
      renderClientFiles(whole, ofHost(whole, host), addresses),
    );
    const own = {
      address: plan.apply((whole) => ofHost(whole, host).address),
      wipeData: plan.apply((whole) => ofHost(whole, host).wipeData),
    };
    const release = stageRelease(this.steps, plan, own, { role: "client" });
    const secrets = stageSecrets(this.steps, gossipKey, release);
    this.staged = stageConfig(
      this.steps,
      {
        settings: {
          // With the release or the secrets, the settings are to be verified again.
          version: plan.version,
          secrets: gossipKey.label,
          api: plan.apply(localApi),
          dataDir: plan.dataDir,
          wipeData: own.wipeData,
        },
        files: this.files.apply(renderFiles),
      },
      secrets,
    );
    this.registerOutputs({});
  }

  /** Starts, reloads or restarts the agent, after `order`: every client staged, its predecessor activated. */
  activate(order: Resource[]): remote.Command {
    const { component, host, hosts, plan } = this.args;
    const leaving = departure(
      component,
      `${this.resourceName}-departure`,
      host,
      hosts,
      plan,
      { parent: this, dependsOn: [this.staged, ...order] },
      "client",
    );
    return hostCommand(
      `${this.resourceName}-activate`,
      host,
      {
        script: "activate-client.sh",
        settings: {
          api: plan.apply(localApi),
          dataDir: plan.dataDir,
          configDir: plan.configDir,
        },
        stdin: this.wanted(),
      },
      { parent: this, dependsOn: [this.staged, ...order, leaving] },
    );
  }

  /** What the activation shall bring about; it changes exactly when the client has something to do. */
  wanted(): Output<string> {
    const { host, plan, gossipKey } = this.args;
    return all([plan, this.files, gossipKey.label]).apply(([whole, files, label]) =>
      renderWanted(
        { version: whole.version, wipeData: ofHost(whole, host).wipeData },
        files,
        label,
      ),
    );
  }
}

/** What the plan says of this host. */
function ofHost({ clients }: ClientPlan, host: Host): ClientHostPlan {
  return clients.find(({ name }) => name === host.name) as ClientHostPlan;
}
