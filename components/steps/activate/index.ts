import type { remote } from "@pulumi/command";
import type { CustomResource, Output, Resource } from "@pulumi/pulumi";
import { hostCommand } from "../hostCommand";
import { labelOfDeparture } from "../leave";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

/** What an activation shall bring about, and why it may be asked for it once more. */
export interface Activated {
  desired: Output<string>;
  /** The host has another set than the state knows: a run that was cut off has brought it there, and may have been taken back since. */
  found: Output<string>;
  /** The agent's own was made anew where it has left: a run that was cut off behind that, and was given up since. */
  leaving: CustomResource;
}

/**
 * Starts, reloads or restarts an agent, or does nothing: what differs from the desired text decides. After `order`, and after the
 * departure, so that an agent that was here under this name has left when the new one starts.
 */
export function activate(
  { resource, host, parent }: Staged,
  script: "activate.sh" | "activate-client.sh",
  owner: Owner,
  { desired, found, leaving }: Activated,
  order: Resource[],
): remote.Command {
  return hostCommand(
    `${resource}-activate`,
    host,
    {
      script,
      settings: { owner: owner.id },
      stdin: desired,
      found,
      departure: labelOfDeparture(leaving),
    },
    { parent, dependsOn: [...order, leaving] },
  );
}
