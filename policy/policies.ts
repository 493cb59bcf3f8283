import type {
  Policies,
  ReportViolation,
  ResourceValidationArgs,
  StackValidationArgs,
} from "@pulumi/policy";
import { type Backend, backendSchema, readLastRun } from "./checkpoint";
import { aclProblems, consulSettings, tlsProblems } from "./consulSettings";
import { fromSdk } from "./fromSdk";
import {
  clustersOf,
  isConfigStep,
  isReleaseStep,
  type Resource,
  serversOf,
  text,
  type Values,
  type Violation,
} from "./graph";
import type { LastRun } from "./lastRun";
import {
  isProductionStack,
  isTaggedProduction,
  type Production,
  production,
  productionSchema,
} from "./production";
import { evenServers } from "./rules/evenServers";
import { keptGossipKey } from "./rules/gossipKey";
import { signerProblems, signersDefaults, signersSchema } from "./rules/knownSigner";
import { type OpenSsh, openSsh, openSshDefaults } from "./rules/openSsh";
import { oneReplacement } from "./rules/replacements";

export const policies: Policies = [
  {
    name: "odd-number-of-servers",
    displayName: "An odd number of servers",
    description: "A cluster has an odd number of servers.",
    severity: "high",
    validateStack: (args, report) => tell(evenServers(args.resources.map(fromSdk)), report),
  },
  {
    name: "tls-in-production",
    displayName: "TLS in production",
    description: "In production, servers encrypt their RPC and check who the other side is.",
    severity: "critical",
    configSchema: productionSchema,
    ...inProduction(
      isConfigStep,
      settingsWith(tlsProblems),
      "Set `tls: {}` (a cluster that runs gets there step by step: docs/operations.md)",
    ),
  },
  {
    name: "acls-in-production",
    displayName: "ACLs in production",
    description: "In production, nobody may do anything without a token that allows it.",
    severity: "critical",
    configSchema: productionSchema,
    ...inProduction(
      isConfigStep,
      settingsWith(aclProblems),
      "Set `acl: {}` (a cluster that runs takes two runs, the first with `defaultPolicy: allow`); do not set them in extraConfig, for this library's scripts would have no token",
    ),
  },
  {
    name: "releases-verified-in-production",
    displayName: "Releases verified in production",
    description:
      "In production, every host holds a release against a key that is known beforehand.",
    severity: "critical",
    configSchema: { properties: { ...productionSchema.properties, ...signersSchema } },
    ...inProduction(
      isReleaseStep,
      (step, config) =>
        signerProblems(text(step, "create") ?? "", { ...signersDefaults, ...(config as object) }),
      "Leave `signingKey`, `signingKeyFile` and `sha256` out for the vendor's key, or name the key in this policy's config",
    ),
  },
  {
    name: "ssh-closed-to-the-world",
    displayName: "SSH closed to the world",
    description: "No security group of a cluster opens SSH to the internet, nor in parts.",
    severity: "critical",
    configSchema: {
      properties: {
        everyGroup: {
          type: "boolean",
          default: openSshDefaults.everyGroup,
          description: "Look at every security group of the stack, not only at those of clusters.",
        },
        ipv4Prefix: {
          type: "integer",
          minimum: 0,
          maximum: 32,
          default: openSshDefaults.ipv4Prefix,
          description:
            "SSH may be open to as many public IPv4 addresses as a network of this prefix length has.",
        },
        ipv6Prefix: {
          type: "integer",
          minimum: 0,
          maximum: 128,
          default: openSshDefaults.ipv6Prefix,
          description: "The same for IPv6.",
        },
      },
    },
    // Before anything is made, what one group says by itself.
    validateResource: (args, report) => tell(openSsh([fromSdk(args)], sshConfig(args)), report),
    // Then what it says together with rules that stand beside it.
    validateStack: (args, report) => {
      const resources = args.resources.map(fromSdk);
      const alone = new Set(
        resources.flatMap((one) => openSsh([one], sshConfig(args))).map(({ urn }) => urn),
      );
      const together = openSsh(resources, sshConfig(args));
      tell(
        together.filter(({ urn }) => !alone.has(urn)),
        report,
      );
    },
  },
  {
    name: "one-server-replaced-at-a-time",
    displayName: "One server replaced at a time",
    description: "A run replaces at most one server of a cluster.",
    severity: "critical",
    configSchema: backendSchema,
    validateStack: (args, report) => comparedWithLastRun(args, report, oneReplacement),
  },
  {
    name: "gossip-key-kept",
    displayName: "The gossip key kept",
    description:
      "The gossip key of a cluster that runs changes only where a rotation is asked for.",
    severity: "critical",
    configSchema: backendSchema,
    validateStack: (args, report) => comparedWithLastRun(args, report, keptGossipKey),
  },
];

function tell(violations: Violation[], report: ReportViolation): void {
  for (const { message, urn } of violations) report(message, urn);
}

function sshConfig(args: ResourceValidationArgs | StackValidationArgs): OpenSsh {
  return { ...openSshDefaults, ...args.getConfig<Partial<OpenSsh>>() };
}

type Step = Pick<Resource, "urn" | "name" | "props">;

/** Judges a step by the settings that it lays down. */
function settingsWith(problemsOf: (settings: Values) => string[]) {
  return (step: Step): string[] => {
    const settings = consulSettings(text(step, "stdin") ?? "");
    return settings === undefined ? [] : problemsOf(settings);
  };
}

/**
 * A policy for a step of each host in production: before a host gets anything, where the stack is known to be production;
 * at the end, where only the tags of the cluster's machines say so.
 */
function inProduction(
  isStep: (step: Pick<Resource, "urn" | "name">) => boolean,
  problemsOf: (step: Step, config: Production) => string[],
  advice: string,
) {
  const violations = (step: Step, config: Production): Violation[] => {
    const problems = problemsOf(step, config);
    if (problems.length === 0) return [];
    const host = step.name.replace(/-[a-z]+$/, "");
    return [{ urn: step.urn, message: `${host}: ${problems.join("; ")}. ${advice}` }];
  };
  const configOf = (args: ResourceValidationArgs | StackValidationArgs): Production => ({
    ...production,
    ...args.getConfig<Partial<Production>>(),
  });
  return {
    validateResource(args: ResourceValidationArgs, report: ReportViolation): void {
      const config = configOf(args);
      if (!isStep(args) || !isProductionStack(args.urn, args.stackTags, config)) return;
      // Where a preview does not know it yet, the SDK says that; the run itself will know.
      tell(violations(args, config), report);
    },
    validateStack(args: StackValidationArgs, report: ReportViolation): void {
      const config = configOf(args);
      const resources = args.resources.map(fromSdk);
      const clusters = clustersOf(resources).filter(
        (cluster) =>
          !isProductionStack(cluster.urn, args.stackTags, config) &&
          isTaggedProduction(cluster, resources, config),
      );
      const servers = clusters.flatMap((cluster) => serversOf(cluster, resources));
      const steps = resources.filter(
        (step) => isStep(step) && servers.some(({ urn }) => urn === step.parent),
      );
      tell(
        steps.flatMap((step) => violations(step, config)),
        report,
      );
    },
  };
}

/** What cannot be judged does not pass. */
async function comparedWithLastRun(
  args: StackValidationArgs,
  report: ReportViolation,
  rule: (resources: Resource[], last: LastRun) => Violation[],
): Promise<void> {
  const resources = args.resources.map(fromSdk);
  const [cluster] = clustersOf(resources);
  if (cluster === undefined) return;
  let last: LastRun;
  try {
    last = await readLastRun(cluster.urn, {
      ...{ organization: "organization" },
      ...args.getConfig<Partial<Backend>>(),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report(
      `what the last run left behind cannot be read, so this cannot be judged: ${message}. ` +
        "Put `pulumi` on PATH; with Pulumi Cloud, name the stack's organization in the policy's config",
      cluster.urn,
    );
    return;
  }
  tell(rule(resources, last), report);
}
