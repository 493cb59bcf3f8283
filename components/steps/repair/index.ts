import type { remote } from "@pulumi/command";
import type { Output, Resource } from "@pulumi/pulumi";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";
import type { Staged } from "../staged";

/**
 * The sick first: brings a server to what it shall be, where it does not serve, before the chain of the healthy ones
 * begins. After `order`: every server staged. One that serves is left alone.
 */
export function repair(
  { resource, host, parent }: Staged,
  owner: Owner,
  { desired, found }: { desired: Output<string>; found: Output<string> },
  order: Resource[],
): remote.Command {
  return hostCommand(
    `${resource}-repair`,
    host,
    // The activation shows the same text.
    {
      script: "repair.sh",
      settings: { owner: owner.id },
      stdin: desired,
      shownElsewhere: true,
      found,
    },
    { parent, dependsOn: order },
  );
}
