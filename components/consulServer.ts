import type { remote } from "@pulumi/command";
import {
  ComponentResource,
  type Output,
  type Resource,
  type ResourceOptions,
} from "@pulumi/pulumi";
import { clusterId } from "./clusterId";
import { departure } from "./departure";
import type { Host } from "./hosts/host";
import { type ClusterPlan, localApi, type ServerPlan } from "./plan";
import { hostCommand } from "./remote/hostCommand";
import { renderFiles } from "./render/files";
import { renderServerFiles, renderWanted } from "./render/server";
import type { GossipKey } from "./secrets/gossipKey";
import { type Staged, stageConfig, stageRelease, stageSecrets } from "./staging";

export interface ConsulServerArgs {
  /** Name of the cluster's component. */
  cluster: string;
  host: Host;
  /** All hosts of the cluster, this one among them. */
  hosts: Host[];
  plan: Output<ClusterPlan>;
  gossipKey: GossipKey;
}

/**
 * One server. Constructing it stages everything beside what runs on its host: release, secrets, config, in
 * this order, the last of them verifying the whole set there. `activate` then switches the server to it.
 */
export class ConsulServer extends ComponentResource {
  readonly name: string;
  /** The last of the staging steps. */
  readonly staged: remote.Command;
  private readonly steps: Staged;

  constructor(
    private readonly resourceName: string,
    private readonly args: ConsulServerArgs,
    opts: ResourceOptions,
  ) {
    super("consul-cluster:index:ConsulServer", resourceName, {}, opts);
    this.name = args.host.name;
    const { cluster, host, plan, gossipKey } = args;
    this.steps = { resource: resourceName, host, parent: this };
    const own = {
      address: this.ofServer((_, server) => server.address),
      wipeData: this.ofServer((_, server) => server.wipeData),
    };
    const release = stageRelease(this.steps, plan, own, {
      ...(host.dataVolume && { dataVolume: host.dataVolume, cluster: clusterId(cluster) }),
    });
    this.staged = this.stageConfig(stageSecrets(this.steps, gossipKey, release));
    this.registerOutputs({});
  }

  /** Starts, reloads or restarts the server, after `order`: every server staged, its predecessor activated. */
  activate(order: Resource[]): remote.Command {
    const { cluster, host, hosts, plan } = this.args;
    // Before the activation, so that a server that was here under this name has left when the new one starts;
    // and so that, where all of them go, each goes in its turn.
    const leaving = departure(cluster, `${this.resourceName}-departure`, host, hosts, plan, {
      parent: this,
      dependsOn: [this.staged, ...order],
    });
    return hostCommand(
      `${this.resourceName}-activate`,
      host,
      {
        script: "activate.sh",
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

  /** What the activation shall bring about; it changes exactly when the server has something to do. */
  wanted(): Output<string> {
    const { gossipKey } = this.args;
    return this.ofServer(
      (plan, server) => (label: string) =>
        renderWanted(
          { version: plan.version, wipeData: server.wipeData },
          renderServerFiles(plan, server),
          label,
        ),
    ).apply((render) => gossipKey.label.apply(render));
  }

  private stageConfig(secrets: remote.Command): remote.Command {
    const { plan, gossipKey } = this.args;
    return stageConfig(
      this.steps,
      {
        settings: {
          // With the release or the secrets, the settings are to be verified again.
          version: plan.version,
          allowDowngradeTo: plan.allowDowngradeTo,
          secrets: gossipKey.label,
          api: plan.apply(localApi),
          dataDir: plan.dataDir,
          wipeData: this.ofServer((_, server) => server.wipeData),
        },
        files: this.ofServer((plan, server) => renderFiles(renderServerFiles(plan, server))),
      },
      secrets,
    );
  }

  /** Something of the plan that is about this server. */
  private ofServer<T>(read: (plan: ClusterPlan, server: ServerPlan) => T): Output<T> {
    const { host, plan } = this.args;
    return plan.apply((whole) => {
      const server = whole.servers.find(({ name }) => name === host.name);
      return read(whole, server as ServerPlan);
    }) as Output<T>;
  }
}
