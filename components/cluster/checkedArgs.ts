import { all, type Output, output, type Resource } from "@pulumi/pulumi";
import { settings } from "../settings";
import { plannedOnly } from "../settings/planned";
import { describeProblems, type Problem, validate } from "../validate";
import { localFiles } from "../validate/localFiles";
import { type Component, checkKeys, checkPlain } from "../validate/shape";
import type { Files } from "../validate/values";
import type { ConsulClusterArgs, PlainArgs } from "./args";
import { holdsOutput, isLate, knownValues, plainValues } from "./lateValues";
import { Refusal } from "./refusal";

export interface CheckedArgs<Plain = PlainArgs> {
  /** The arguments as plain values, without the secret ones. */
  args: Output<Plain>;
  /** For `dependsOn`: nothing to depend on, but a rejection where there is a problem. */
  passed: Promise<Resource[]>;
}

/** The component whose arguments are checked. */
export interface Whose {
  component: Component;
  name: string;
}

/**
 * Validates a cluster's arguments. Where all of them are plain already, a problem is thrown here and now; where some come
 * from other resources, as soon as they are known or known not to be known yet, in a preview: what is known is judged all
 * the same. In either case before a host is reached.
 */
export function checkedArgs(name: string, args: ConsulClusterArgs): CheckedArgs {
  const whose: Whose = { component: "ConsulCluster", name };
  const judge = (plain: PlainArgs, files?: Files) => [
    ...checkKeys(plain, whose.component),
    ...validate(plain, files),
  ];
  checkStructure(whose, args, judge);
  return checked(whose, args, withoutSecrets(args), judge);
}

/** Parts of the arguments that resources are made of while others are still to come. */
const MADE_OF = /^(existing|nspawn|aws|tls|acl|cluster)\b/;

/**
 * What decides which resources there are is judged before anything is made of it: where it has another shape, all is told that is
 * known by then. All of plain arguments is judged at once in any case.
 */
export function checkStructure<Plain>(
  whose: Whose,
  args: object,
  judge: (args: Plain, files?: Files) => Problem[],
): void {
  refuse(whose, checkPlain(args, whose.component, isLate));
  if (!holdsOutput(args)) return;
  const known = judge(plainValues(args) as Plain);
  if (known.some(({ path, isShape }) => isShape && MADE_OF.test(path))) refuse(whose, known);
}

/** The same for any arguments: `publicArgs` are those without the secret ones. */
export function checked<Args extends object, Plain>(
  whose: Whose,
  args: Args,
  publicArgs: Args,
  validate: (args: Plain, files?: Files) => Problem[],
): CheckedArgs<Plain> {
  const judge = (plain: unknown) => refuse(whose, validate(plain as Plain, localFiles));
  // Validation sees the secrets, what comes out of it does not. A secret elsewhere in the arguments keeps
  // everything secret that is rendered from them.
  const validated = holdsOutput(args)
    ? knownValues(args).then(judge)
    : Promise.resolve(judge(args));
  const plain = all([output(publicArgs), validated]).apply(([values]) => values as Plain);
  return { args: plain, passed: validated.then(() => []) };
}

/** Throws all of them as one message, where there are any. `sofar`: what has happened by then. */
export function refuse({ component, name }: Whose, problems: Problem[], sofar?: string): void {
  if (problems.length > 0)
    throw new Refusal(describeProblems(problems, `${component} ${name}`, sofar));
}

/** Of what may come later than all else: a host may have been looked at by then, and a release put there. */
export function refuseLate(whose: Whose, problems: Problem[]): void {
  refuse(whose, problems, "nothing that runs was touched");
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
