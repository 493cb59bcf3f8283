import { existsSync } from "node:fs";
import { all, Output, output, RunError, unsecret } from "@pulumi/pulumi";
import type { ConsulClusterArgs, PlainArgs } from "./args";
import { describeProblems, validate } from "./validate";

/**
 * The arguments as plain values, after validation and without the secret ones. Where all of them are plain
 * already, a problem is thrown here and now; where some come from other resources, as soon as they are
 * known, and before any resource that needs them is registered.
 */
export function checkedArgs(args: ConsulClusterArgs): Output<PlainArgs> {
  if (!holdsOutput(args)) {
    refuseProblems(args as PlainArgs);
  }
  // Validation sees the secrets, what comes out of it does not. A secret elsewhere in the arguments keeps
  // everything secret that is rendered from them.
  const checked = unsecret(output(args).apply((plain) => refuseProblems(plain as PlainArgs)));
  return all([output(withoutSecrets(args)), checked]).apply(([plain]) => plain as PlainArgs);
}

function refuseProblems(args: PlainArgs): void {
  const problems = validate(args, { exists: existsSync });
  if (problems.length > 0) {
    throw new RunError(describeProblems(problems));
  }
}

function withoutSecrets({ gossipKey: _, existing, ...rest }: ConsulClusterArgs): ConsulClusterArgs {
  const servers = existing?.servers.map(({ name, address, hostKey }) => ({
    name,
    address,
    hostKey,
  }));
  return { ...rest, ...(servers && { existing: { servers } }) };
}

function holdsOutput(value: unknown): boolean {
  if (Output.isInstance(value) || value instanceof Promise) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}
