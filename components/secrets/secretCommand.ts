import { local } from "@pulumi/command";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { calling, interpreter } from "../javascript";

/** A command whose output has a key in it: it goes nowhere but into the state, as a secret. */
export function secretCommand(
  name: string,
  script: string,
  more: Partial<local.CommandArgs>,
  opts: CustomResourceOptions,
): local.Command {
  return new local.Command(
    name,
    {
      interpreter,
      create: calling(script, "make"),
      update: calling(script, "keep"),
      logging: local.Logging.None,
      ...more,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
