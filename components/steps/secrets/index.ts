import type { remote } from "@pulumi/command";
import { all, type Output } from "@pulumi/pulumi";
import { type Files, renderFiles } from "../../render/files";
import { renderSecretFiles } from "../../render/server";
import type { ClusterAcl } from "../../secrets/aclSeed";
import type { GossipKey } from "../../secrets/gossipKey";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

interface Secrets {
  gossipKey: GossipKey;
  /** Where there are ACLs: a server's alone. */
  acl?: ClusterAcl;
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
      stdin: all([key, label, owner.id, acl?.tokens, acl?.label, tls]).apply(
        ([key, label, id, tokens, named, certificates]) =>
          renderFiles(
            renderSecretFiles(
              key,
              label,
              id,
              tokens && { tokens, label: named as string, server: host.name },
              certificates,
            ),
          ),
      ),
      quiet: true,
    },
    { parent, dependsOn: [release] },
  );
}
