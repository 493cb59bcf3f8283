import type { remote } from "@pulumi/command";
import { all, type Input, type Output, type Resource } from "@pulumi/pulumi";
import type { ClusterPlan } from "../../cluster/plan";
import { listeningPlaces } from "../../render/ports";
import { hostCommand, type Settings } from "../hostCommand";
import { packed } from "../packed";
import { reach } from "../reach";
import { releaseInstaller } from "../scripts";
import type { Staged } from "../staged";
import type { Owner } from "./owner";
import { trustOf } from "./trust";

/** What the release step reads of a plan, a cluster's or that of its clients. */
type ReleasePlan = Pick<
  ClusterPlan,
  "version" | "mirror" | "signingKey" | "signingKeyFile" | "sha256" | "configDir" | "dataDir"
> & {
  ports: Partial<ClusterPlan["ports"]>;
  addresses: Partial<ClusterPlan["addresses"]>;
};

export interface ReleaseArgs {
  plan: Output<ReleasePlan>;
  owner: Owner;
  /** Of the host. */
  address: Output<string>;
  wipeData: Output<string>;
  /** What else the step is told. */
  more?: Settings;
  /** What the steps behind this one are about, too, in plain words: see `reach`. */
  about: Input<unknown>;
}

/** Looks whether the host answers, is fit and ours, brings the scripts, and lays the release down: after `order`. */
export function stageRelease(
  { resource, host, parent }: Staged,
  { plan, owner, address, wipeData, more, about }: ReleaseArgs,
  order: Resource[] = [],
): remote.Command {
  const ports = all([plan, address]).apply(([settings, own]) => listeningPlaces(settings, own));
  const trust = plan.apply(trustOf);
  const installer = packedInstaller();
  const stdin = all([owner.id, trust.key]).apply(
    ([id, key]) => `OWNER_ID=${quoted(id)}\nOWNER_NAME=${quoted(owner.name)}\n${key}${installer}`,
  );
  const settings: Settings = {
    version: plan.version,
    mirror: plan.mirror,
    signingKey: trust.signingKey,
    sha256: trust.sha256,
    address,
    dataDir: plan.dataDir,
    configDir: plan.configDir,
    tcp: ports.apply(({ tcp }) => tcp.join(",")),
    udp: ports.apply(({ udp }) => udp.join(",")),
    wipeData,
    ...more,
  };
  const reached = reach(`${resource}-reach`, host, [settings, stdin, about], {
    parent,
    dependsOn: order,
  });
  return hostCommand(
    `${resource}-release`,
    host,
    { script: "stdin", settings, stdin },
    { parent, dependsOn: [...order, reached] },
  );
}

/** The same text for every host, so it is packed once. */
function packedInstaller(): string {
  installerOnce ??= packed("The installer, and the scripts that it leaves", releaseInstaller());
  return installerOnce;
}
let installerOnce: string | undefined;

/** A component may have any name. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
