import { type Output, output, type Resource } from "@pulumi/pulumi";
import { withoutLogins } from "../hosts/given";
import sources from "../hosts/sources";
import { settings } from "../settings";
import { plannedOnly } from "../settings/planned";
import { type Problem, validate } from "../validate";
import { localFiles } from "../validate/localFiles";
import { withoutSecrets } from "../validate/problem";
import { checkKeys, checkPlain } from "../validate/shape";
import type { Files } from "../validate/values";
import type { ConsulClusterArgs, PlainArgs } from "./args";
import { checkHostsOfProgram } from "./hostsOfProgram";
import { holdsOutput, isLate, knownValues, plainValues } from "./lateValues";
import { refuse, type Whose } from "./refusal";
import { checkSshAgent } from "./sshAgent";

export interface CheckedArgs<Plain = PlainArgs> {
  /** The arguments as plain values, without the secret ones. */
  args: Output<Plain>;
  /** For `dependsOn`: resolves to an empty list, and rejects where there is a problem; what depends on it is then never registered. */
  passed: Promise<Resource[]>;
}

/**
 * Validates a cluster's arguments before any host is reached. If all of them are plain values, a problem is thrown at once. If
 * some come from other resources, they are validated when they are known; in a preview some stay unknown, and then the known
 * ones are validated alone.
 */
export function checkedArgs(name: string, args: ConsulClusterArgs): CheckedArgs {
  const whose: Whose = { component: "ConsulCluster", name };
  const judge = (plain: PlainArgs, files?: Files) => [
    ...checkKeys(plain, whose.component),
    ...validate(plain, files),
  ];
  checkStructure(whose, args, judge);
  return checked(whose, args, publicArgs(args), judge);
}

/** Parts of the arguments that resources are made of while others are still to come. */
const MADE_OF = new RegExp(
  `^(${[...sources.map(({ key }) => key), "tls", "acl", "cluster"].join("|")})\\b`,
);

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

/** The same for any arguments: `open` are those without the secret ones. */
export function checked<Plain>(
  whose: Whose,
  args: object,
  open: object,
  validate: (args: Plain, files?: Files) => Problem[],
): CheckedArgs<Plain> {
  const secrets: unknown[] = [];
  const judge = (plain: unknown) => {
    const found = withoutSecrets(validate(plain as Plain, localFiles), secrets);
    refuse(whose, [...found, ...checkHostsOfProgram(whose, plain)]);
  };
  // Validation sees the secrets, what comes out of it does not. A secret elsewhere in the arguments keeps
  // everything secret that is rendered from them.
  const validated = holdsOutput(args)
    ? knownValues(args, secrets).then(judge)
    : Promise.resolve(judge(args));
  const passed: Promise<Resource[]> = validated.then(checkSshAgent).then((found) => {
    refuse(whose, found);
    return [];
  });
  // Not beside each other: an argument that fails by itself would be told here as well, with its stack.
  const plain = output(passed).apply(() => output(open) as Output<Plain>);
  return { args: plain, passed };
}

/** Of what may come later than all else: a host may have been looked at by then, and a release put there. */
export function refuseLate(whose: Whose, problems: Problem[]): void {
  refuse(whose, problems, "nothing that runs was touched");
}

/** Without the secret ones. */
function publicArgs({ gossipKey: _, acl, tls, ...rest }: ConsulClusterArgs): ConsulClusterArgs {
  return {
    ...withoutLogins(rest),
    ...(acl && { acl: plannedOnly(settings.acl, acl) }),
    ...(tls && { tls: plannedOnly(settings.tls, tls) }),
  };
}
