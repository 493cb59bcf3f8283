import { local } from "@pulumi/command";
import type { CustomResource, CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { digest } from "../render/files";

/**
 * Notes which machine is wanted, by all that replaces it, and is made anew with that: before the machine is, whose server leaves first. A
 * run that is cut off behind the leave may leave nothing else in the state, and where it is given up then, nothing would differ from before.
 */
export function wantedMachine(
  name: string,
  identity: Input<string>,
  opts: CustomResourceOptions,
): CustomResource {
  return new local.Command(
    name,
    {
      create: "true",
      triggers: [identity],
      logging: local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** Another one whenever a run has begun to replace the machine. */
export function labelOfWanted(wanted: CustomResource): Output<string> {
  return wanted.id.apply((id) => digest(id));
}
