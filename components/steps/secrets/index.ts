import type { remote } from "@pulumi/command";
import { all, type Output } from "@pulumi/pulumi";
import type { RenderedAcl } from "../../render/acl";
import { type Files, renderFiles } from "../../render/files";
import { renderSecretFiles } from "../../render/server";
import type { GossipKey } from "../../secrets/gossipKey";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

interface Secrets {
  gossipKey: GossipKey;
  /** The tokens of its agent and its scripts, where there are ACLs. */
  acl?: Output<RenderedAcl | undefined>;
  /** The files of its certificates, where there is TLS. */
  tls?: Output<Files>;
}

/** Lays the secret settings down, through stdin. */
export function stageSecrets(
  { resource, host, parent }: Staged,
  { gossipKey: { key, label }, acl, tls }: Secrets,
  owner: Owner,
  release: remote.Command,
): remote.Command {
  return hostCommand(
    `${resource}-secrets`,
    host,
    {
      script: "stage-secrets.sh",
      settings: {},
      stdin: all([key, label, owner.id, acl, tls]).apply(([key, label, id, tokens, certificates]) =>
        renderFiles(renderSecretFiles(key, label, id, tokens, certificates)),
      ),
      quiet: true,
    },
    { parent, dependsOn: [release] },
  );
}
