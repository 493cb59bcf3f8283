import { existsSync } from "node:fs";
import { all, Output, output, type Resource, RunError, unsecret } from "@pulumi/pulumi";
import type { ConsulClusterArgs, PlainArgs } from "./args";
import { describeProblems, validate } from "./validate";

export interface CheckedArgs {
  /** The arguments as plain values, without the secret ones. */
  args: Output<PlainArgs>;
  /** For `dependsOn`: nothing to depend on, but a rejection where there is a problem. */
  passed: Promise<Resource[]>;
}

/**
 * Validates the arguments. Where all of them are plain already, a problem is thrown here and now; where some
 * come from other resources, as soon as they are known, and before any resource is registered that waits
 * for `args` or `passed`.
 */
export function checkedArgs(args: ConsulClusterArgs): CheckedArgs {
  if (!holdsOutput(args)) {
    refuseProblems(args as PlainArgs);
  }
  // Validation sees the secrets, what comes out of it does not. A secret elsewhere in the arguments keeps
  // everything secret that is rendered from them.
  const checked = unsecret(output(args).apply((plain) => refuseProblems(plain as PlainArgs)));
  const plain = all([output(withoutSecrets(args)), checked]).apply(
    ([values]) => values as PlainArgs,
  );
  return { args: plain, passed: settled(checked) };
}

/** Ends when the output is known, or known not to be known before an update; an `apply` ends only then. */
async function settled(checked: Output<void>): Promise<Resource[]> {
  // The SDK has this method, but leaves it out of its types.
  await (checked as unknown as { promise(): Promise<void> }).promise();
  return [];
}

function refuseProblems(args: PlainArgs): void {
  const problems = validate(args, { exists: existsSync });
  if (problems.length > 0) {
    throw new RunError(describeProblems(problems));
  }
}

function withoutSecrets({
  gossipKey: _,
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
    ...(servers && { existing: { servers } }),
    ...(aws && { aws: { ...aws, bastion: undefined } }),
  };
}

function holdsOutput(value: unknown): boolean {
  if (Output.isInstance(value) || value instanceof Promise) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}
