import type { remote } from "@pulumi/command";
import type { Output } from "@pulumi/pulumi";
import { type Files, renderFiles } from "../../render/files";
import { hostCommand, type Settings } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

export interface ConfigArgs {
  owner: Owner;
  files: Output<Files>;
  version: Output<string>;
  /** "" where no downgrade is allowed; a client's is never refused. */
  allowDowngradeTo?: Output<string>;
  /** Label of the secrets. */
  secrets: Output<string>;
  /** Label of the tokens, where there are ACLs. */
  tokens?: Output<string>;
  /** Label of the certificate, where there is TLS. */
  certificate?: Output<string>;
  wipeData: Output<string>;
}

/** Lays the plain settings down, and verifies the whole set with the staged release. */
export function stageConfig(
  { resource, host, parent }: Staged,
  { owner, files, version, allowDowngradeTo, secrets, tokens, certificate, wipeData }: ConfigArgs,
  staged: remote.Command,
): remote.Command {
  const settings: Settings = {
    // By its name: plans and policies read this command line in previews, which know no id before the first run.
    owner: owner.name,
    // With the release or the secrets, the settings are to be verified again.
    version,
    ...(allowDowngradeTo && { allowDowngradeTo }),
    secrets,
    ...(tokens && { tokens }),
    ...(certificate && { certificate }),
    wipeData,
  };
  return hostCommand(
    `${resource}-config`,
    host,
    { script: "stage-config.sh", settings, stdin: files.apply(renderFiles) },
    { parent, dependsOn: [staged] },
  );
}
