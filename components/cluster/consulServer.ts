import type { remote } from "@pulumi/command";
import {
  all,
  ComponentResource,
  type Output,
  type Resource,
  type ResourceOptions,
} from "@pulumi/pulumi";
import type { Host } from "../hosts/host";
import { renderServerAcl, stagedTokensLabel } from "../render/acl";
import { renderDesired, renderServerFiles } from "../render/server";
import { renderTlsFiles } from "../render/tls";
import type { ClusterAcl } from "../secrets/aclSeed";
import type { ServerTls } from "../secrets/certificates";
import type { GossipKey } from "../secrets/gossipKey";
import { activate } from "../steps/activate";
import { stageConfig } from "../steps/config";
import { foundApplied } from "../steps/config/applied";
import { departure } from "../steps/leave";
import { stageRelease } from "../steps/release";
import type { Owner } from "../steps/release/owner";
import { repair } from "../steps/repair";
import { stageSecrets } from "../steps/secrets";
import type { Staged } from "../steps/staged";
import type { ClusterPlan, ServerPlan } from "./plan";

export interface ConsulServerArgs {
  /** By which its cluster is known: see `labelOf`. */
  cluster: string;
  owner: Owner;
  host: Host;
  /** All hosts of the cluster, this one among them. */
  hosts: Host[];
  plan: Output<ClusterPlan>;
  gossipKey: GossipKey;
  /** Where there are ACLs. */
  acl?: ClusterAcl;
  /** Where there is TLS: this server's own. */
  tls?: ServerTls;
  /** What may refuse the whole run: no host is reached before. */
  guards: Resource[];
}

/**
 * One server. Constructing it stages everything beside what runs on its host: release, secrets, config, in
 * this order, the last of them verifying the whole set there. `repair` brings it back where it does not serve,
 * `activate` then switches it to what is staged.
 */
export class ConsulServer extends ComponentResource {
  readonly name: string;
  /** The last of the staging steps. */
  readonly staged: remote.Command;
  /** What an activation shall bring about; it changes exactly when the server has something to do. */
  readonly desired: Output<string>;
  /** What the host was found to have applied, when its settings were staged. */
  readonly found: Output<string>;
  private readonly steps: Staged;

  constructor(
    private readonly resourceName: string,
    private readonly args: ConsulServerArgs,
    opts: ResourceOptions,
  ) {
    super("consul-cluster:index:ConsulServer", resourceName, {}, opts);
    this.name = args.host.name;
    const { host, plan, owner, gossipKey, acl, tls, guards } = args;
    this.steps = { resource: resourceName, host, parent: this };
    const files = this.ofServer(renderServerFiles);
    const wipeData = this.ofServer((_, server) => server.wipeData);
    const address = this.ofServer((_, server) => server.address);
    const more = host.dataVolume && {
      dataVolume: host.dataVolume.id,
      cluster: host.dataVolume.cluster,
    };
    const { version, allowDowngradeTo } = plan;
    this.desired = all([version, wipeData, files, gossipKey.label, acl?.label, tls?.label]).apply(
      ([version, wipeData, rendered, secrets, tokens, certificate]) =>
        renderDesired({ version, wipeData }, rendered, secrets, {
          tokens,
          aclRotation: acl?.rotation,
          certificate,
        }),
    );
    const about = all([this.desired, files, allowDowngradeTo]);
    const release = stageRelease(
      this.steps,
      { plan, owner, address, wipeData, more, about },
      guards,
    );
    const tokensLabel = acl?.label.apply((label) => stagedTokensLabel(label, acl.rotation));
    const tokens =
      acl &&
      all([acl.tokens, tokensLabel as Output<string>]).apply(([tokens, label]) =>
        renderServerAcl({ tokens, label, server: host.name }),
      );
    const certificates = tls?.material.apply(renderTlsFiles);
    const secrets = stageSecrets(
      this.steps,
      { gossipKey, acl: tokens, tls: certificates },
      owner,
      release,
    );
    this.staged = stageConfig(
      this.steps,
      {
        owner,
        files,
        version,
        allowDowngradeTo,
        secrets: gossipKey.label,
        tokens: tokensLabel,
        certificate: tls?.label,
        wipeData,
      },
      secrets,
    );
    this.found = foundApplied(this.staged);
    this.registerOutputs({});
  }

  /** Brings the server back where it does not serve, after `order`: every server staged. */
  repair(order: Resource[]): remote.Command {
    return repair(this.steps, this.args.owner, this, order);
  }

  /** Starts, reloads or restarts the server, after `order`: the sick repaired, its predecessors activated. */
  activate(order: Resource[]): remote.Command {
    const { cluster, owner, host, hosts, plan } = this.args;
    // Before the activation, so that a server that was here under this name has left when the new one starts;
    // and so that, where all of them go, each goes in its turn.
    const leaving = departure(
      `${this.resourceName}-departure`,
      { cluster, owner, hosts },
      host,
      plan,
      { parent: this, dependsOn: order },
    );
    return activate(this.steps, "activate.sh", owner, this, [...order, leaving]);
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
