import { local } from "@pulumi/command";
import {
  type CustomResourceOptions,
  type Input,
  mergeOptions,
  type Resource,
} from "@pulumi/pulumi";

/**
 * What `terminationProtection` is to Pulumi's engine: a resource that does nothing and that the engine does not delete. Then the preview
 * of a destroy fails, and nothing is begun; else the servers would have left by the time that AWS refuses to end a machine. Machines
 * follow it, so that it is protected before they are, and until they are not any more.
 *
 * Without a preview, and where the setting is an output of something else, the teardown alone refuses.
 */
export function terminationProtection(
  name: string,
  isProtected: Input<boolean> | undefined,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    `${name}-termination-protection`,
    { create: ":", logging: local.Logging.None, addPreviousOutputInEnv: false },
    mergeOptions(opts, isProtected === true ? { protect: true } : {}),
  );
}
