import type { remote } from "@pulumi/command";
import { all, type ComponentResource, type Output } from "@pulumi/pulumi";
import type { Host } from "./hosts/host";
import type { ClusterPlan } from "./plan";
import { hostCommand, type Settings } from "./remote/hostCommand";
import { releaseInstaller } from "./remote/scripts";
import { renderFiles } from "./render/files";
import { listeningPorts } from "./render/ports";
import { renderSecretFiles } from "./render/server";
import type { GossipKey } from "./secrets/gossipKey";

// The three steps that lay an agent's set beside what runs on its host: of a server and of a client alike.

/** Whose steps they are. */
export interface Staged {
  /** The steps' names begin with it. */
  resource: string;
  host: Host;
  parent: ComponentResource;
}

/** What the release step reads of a plan, a cluster's or that of its clients. */
type ReleasePlan = Pick<ClusterPlan, "version" | "mirror" | "configDir" | "dataDir"> & {
  ports: Partial<ClusterPlan["ports"]>;
};

/** Looks whether the host is fit, brings the scripts, and lays the release down. */
export function stageRelease(
  { resource, host, parent }: Staged,
  plan: Output<ReleasePlan>,
  { address, wipeData }: { address: Output<string>; wipeData: Output<string> },
  more: Settings = {},
): remote.Command {
  const ports = plan.apply(listeningPorts);
  return hostCommand(
    `${resource}-release`,
    host,
    {
      script: "stdin",
      settings: {
        version: plan.version,
        mirror: plan.mirror,
        address,
        dataDir: plan.dataDir,
        configDir: plan.configDir,
        tcp: ports.apply(({ tcp }) => tcp.join(",")),
        udp: ports.apply(({ udp }) => udp.join(",")),
        wipeData,
        ...more,
      },
      stdin: releaseInstaller(),
    },
    { parent },
  );
}

/** Lays the secret settings down, through stdin. */
export function stageSecrets(
  { resource, host, parent }: Staged,
  { key, label }: GossipKey,
  release: remote.Command,
): remote.Command {
  return hostCommand(
    `${resource}-secrets`,
    host,
    {
      script: "stage-secrets.sh",
      settings: {},
      stdin: all([key, label]).apply(([key, label]) => renderFiles(renderSecretFiles(key, label))),
      quiet: true,
    },
    { parent, dependsOn: [release] },
  );
}

/** Lays the plain settings down, and verifies the whole set with the staged release. */
export function stageConfig(
  { resource, host, parent }: Staged,
  { settings, files }: { settings: Settings; files: Output<string> },
  secrets: remote.Command,
): remote.Command {
  return hostCommand(
    `${resource}-config`,
    host,
    { script: "stage-config.sh", settings, stdin: files },
    { parent, dependsOn: [secrets] },
  );
}
