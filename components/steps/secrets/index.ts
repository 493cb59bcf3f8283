import type { remote } from "@pulumi/command";
import { all } from "@pulumi/pulumi";
import { renderFiles } from "../../render/files";
import { renderSecretFiles } from "../../render/server";
import type { GossipKey } from "../../secrets/gossipKey";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

/** Lays the secret settings down, through stdin. */
export function stageSecrets(
  { resource, host, parent }: Staged,
  { key, label }: GossipKey,
  owner: Owner,
  release: remote.Command,
): remote.Command {
  return hostCommand(
    `${resource}-secrets`,
    host,
    {
      script: "stage-secrets.sh",
      settings: {},
      stdin: all([key, label, owner.id]).apply(([key, label, id]) =>
        renderFiles(renderSecretFiles(key, label, id)),
      ),
      quiet: true,
    },
    { parent, dependsOn: [release] },
  );
}
