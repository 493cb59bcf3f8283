import { local } from "@pulumi/command";
import { type CustomResourceOptions, type Input, mergeOptions, type Output } from "@pulumi/pulumi";

/**
 * A value as it was when this resource was made, whatever becomes of it later. What a machine is made of is
 * recorded so: under a new name, for a new generation of the machine, it is looked up again.
 */
export function recorded(
  name: string,
  value: Input<string>,
  opts: CustomResourceOptions & { secret?: boolean },
): Output<string> {
  const { secret, ...rest } = opts;
  const own: CustomResourceOptions = {
    ignoreChanges: ["stdin"],
    additionalSecretOutputs: secret ? ["stdout", "stderr"] : undefined,
  };
  return new local.Command(
    name,
    { create: "cat", stdin: value, logging: local.Logging.None, addPreviousOutputInEnv: false },
    mergeOptions(own, rest),
  ).stdout;
}
