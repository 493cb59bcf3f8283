import { all, Output, output, type Resource, RunError, unsecret } from "@pulumi/pulumi";
import { settings } from "../settings";
import { plannedOnly } from "../settings/planned";
import { describeProblems, type Problem, validate } from "../validate";
import { localFiles } from "../validate/localFiles";
import { isFoundRight } from "../validate/right";
import type { Files } from "../validate/values";
import type { ConsulClusterArgs, PlainArgs } from "./args";

export interface CheckedArgs<Plain = PlainArgs> {
  /** The arguments as plain values, without the secret ones. */
  args: Output<Plain>;
  /** For `dependsOn`: nothing to depend on, but a rejection where there is a problem. */
  passed: Promise<Resource[]>;
}

/**
 * Validates the arguments, once: those of a stack file `loadArgs` has looked at. Where all of them are plain already,
 * a problem is thrown here and now; where some come from other resources, as soon as they are known, and before any
 * resource is registered that waits for `args` or `passed`.
 */
export function checkedArgs(args: ConsulClusterArgs): CheckedArgs {
  return checked(args, withoutSecrets(args), validate);
}

/** The same for any arguments: `open` are those without the secret ones. */
export function checked<Args extends object, Plain>(
  args: Args,
  open: Args,
  validate: (args: Plain, files?: Files) => Problem[],
): CheckedArgs<Plain> {
  const refuseProblems = (plain: Plain) => refuse(validate(plain, localFiles));
  const isRight = isFoundRight(args);
  const isPlain = !isRight && !holdsOutput(args);
  if (isPlain) refuseProblems(args as unknown as Plain);
  // Validation sees the secrets, what comes out of it does not. A secret elsewhere in the arguments keeps
  // everything secret that is rendered from them.
  const looked =
    isRight || isPlain
      ? output(undefined)
      : unsecret(output(args).apply((plain) => refuseProblems(plain as Plain)));
  const plain = all([output(open), looked]).apply(([values]) => values as Plain);
  return { args: plain, passed: settled(looked) };
}

/** Ends when the output is known, or known not to be known before an update; an `apply` ends only then. */
async function settled(checked: Output<unknown>): Promise<Resource[]> {
  // The SDK has this method, but leaves it out of its types.
  await (checked as unknown as { promise(): Promise<void> }).promise();
  return [];
}

/** Throws all of them as one message, where there are any. */
export function refuse(problems: Problem[]): void {
  if (problems.length > 0) {
    throw new RunError(describeProblems(problems));
  }
}

function withoutSecrets({
  gossipKey: _,
  acl,
  tls,
  existing,
  aws,
  ...rest
}: ConsulClusterArgs): ConsulClusterArgs {
  const servers = existing?.servers.map(({ name, address, hostKey, wipeData }) => ({
    name,
    address,
    hostKey,
    ...(wipeData !== undefined && { wipeData }),
  }));
  return {
    ...rest,
    ...(acl && { acl: plannedOnly(settings.acl, acl) }),
    ...(tls && { tls: plannedOnly(settings.tls, tls) }),
    ...(servers && { existing: { servers } }),
    ...(aws && { aws: { ...aws, bastion: undefined } }),
  };
}

export function holdsOutput(value: unknown): boolean {
  if (Output.isInstance(value) || value instanceof Promise) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}
