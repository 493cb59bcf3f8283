import type { remote } from "@pulumi/command";
import type { Output, Resource } from "@pulumi/pulumi";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

/** Starts, reloads or restarts an agent, or does nothing: what differs from the desired text decides. After `order`. */
export function activate(
  { resource, host, parent }: Staged,
  script: "activate.sh" | "activate-client.sh",
  owner: Owner,
  desired: Output<string>,
  order: Resource[],
): remote.Command {
  return hostCommand(
    `${resource}-activate`,
    host,
    { script, settings: { owner: owner.id }, stdin: desired },
    { parent, dependsOn: order },
  );
}
