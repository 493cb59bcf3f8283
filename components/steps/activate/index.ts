import type { remote } from "@pulumi/command";
import type { Output, Resource } from "@pulumi/pulumi";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

/**
 * Starts, reloads or restarts an agent, or does nothing: what differs from the desired text decides. After `order`.
 * It runs where another text is desired than before, and where the host was `found` with another set than the state
 * knows: a run that was cut off has brought it there, and it may have been taken back since.
 */
export function activate(
  { resource, host, parent }: Staged,
  script: "activate.sh" | "activate-client.sh",
  owner: Owner,
  { desired, found }: { desired: Output<string>; found: Output<string> },
  order: Resource[],
): remote.Command {
  return hostCommand(
    `${resource}-activate`,
    host,
    { script, settings: { owner: owner.id }, stdin: desired, found },
    { parent, dependsOn: order },
  );
}
