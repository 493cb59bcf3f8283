import { nameOf, type Preview, type PreviewStep, typesOf } from "../../components/review/preview";

/**
 * Inputs that may differ in a later version, by the end of a resource's name: they hold the library's own scripts and
 * what those are told, and such a step lays them down or runs again where they differ. None of them touches a process:
 * what decides about that is the stdin of an activation, which may not.
 */
const scripts: Record<string, string[]> = {
  release: ["create", "stdin"],
  // The key in a file of its own, and the owner's mark.
  secrets: ["stdin"],
  // With the facts, which Consul does not read.
  config: ["create", "stdin"],
  // The same for people to read, beside one whose stdin begins with a password.
  "config-shown": ["stdin"],
  // An update is told what its host was found to have applied, which a preview cannot know.
  activate: ["create", "update"],
  ready: ["create", "update"],
  // On the computer that runs Pulumi: they say what they said, let a run pass, or refuse it.
  "gossip-key": ["create", "update", "interpreter"],
  // What it reads has more lines now: it compares those that it noted.
  replacements: ["create", "update", "interpreter", "stdin"],
  // Run when a server goes, and only then.
  departure: ["delete", "stdin"],
  farewell: ["delete", "stdin"],
};

/** Resources that 0.1.0 did not have: none of them changes what runs where it is as it shall be. */
const added = [
  "owner",
  "fixed-settings",
  "reach",
  "repair",
  "login-key-files",
  "data-cluster",
  "termination-protection",
  "wanted",
];

/** What of a machine's permissions in its account may differ: it touches no machine. By the end of a resource's name. */
const permissions = {
  /** The role may be bound. */
  inputs: { role: ["permissionsBoundary"] } as Record<string, string[]>,
  /** 0.1.0 attached a policy of AWS's, where there is one of the role's own now. */
  added: ["session-manager"],
  removed: ["systems-manager"],
};

export interface Verdict {
  /** Steps that lay down other scripts, by name. */
  renewed: string[];
  /** What no upgrade of the library may do to a cluster, a line each. */
  unwanted: string[];
}

/**
 * What a preview with `--show-sames` does to a cluster whose settings are the same as ever.
 *
 * @throws where it does not speak of all `before`, the URNs of the cluster's state: then it says nothing.
 */
export function judge(before: string[], preview: Preview): Verdict {
  const steps = preview.steps.filter(({ urn }) => !isProvider(urn));
  // A resource that has an alias has another URN now, so they are counted.
  const spokenOf = steps.filter(({ op }) => op !== "create").length;
  const all = before.filter((urn) => !isProvider(urn)).length;
  if (spokenOf < all) throw new Error(`the preview is about ${spokenOf} of ${all} resources`);
  const changes = steps.filter(({ op }) => op !== "same");
  return {
    renewed: changes
      .filter(isRenewal)
      .map(({ urn }) => nameOf(urn))
      .sort(),
    unwanted: changes
      .filter((step) => !isRenewal(step))
      .map(describe)
      .sort(),
  };
}

/** The engine makes and drops those by itself, as versions of plugins come and go. */
function isProvider(urn: string): boolean {
  return typesOf(urn).at(-1)?.startsWith("pulumi:providers:") ?? false;
}

function isRenewal({ op, urn, diffReasons = [] }: PreviewStep): boolean {
  if (op === "create") return isAdded(nameOf(urn));
  if (op === "delete") return isRemoved(nameOf(urn));
  const isScript = (input: string) => mayDiffer(nameOf(urn), input);
  return op === "update" && diffReasons.length > 0 && diffReasons.every(isScript);
}

/** Whether another value of this input of a resource lays down scripts, or bounds a role, and does nothing else. */
export function mayDiffer(name: string, input: string): boolean {
  return [...Object.entries(scripts), ...Object.entries(permissions.inputs)].some(
    ([end, inputs]) => name.endsWith(`-${end}`) && inputs.includes(input),
  );
}

/** Whether a resource that is new does no more than look, or lay down what nobody reads yet. */
export function isAdded(name: string): boolean {
  return [...added, ...permissions.added].some((end) => name.endsWith(`-${end}`));
}

/** Whether a resource that is gone leaves all that runs as it is. */
export function isRemoved(name: string): boolean {
  return permissions.removed.some((end) => name.endsWith(`-${end}`));
}

function describe({ op, urn, diffReasons = [] }: PreviewStep): string {
  const inputs = diffReasons.length > 0 ? ` (${[...diffReasons].sort().join(", ")})` : "";
  return `${nameOf(urn)}: ${op}${inputs}`;
}

/** Steps that run another script on this computer, which says what the last one said of what is there already. */
export function renewedHere({ steps }: Preview): PreviewStep[] {
  return steps.filter(
    ({ op, urn, diffReasons = [] }) =>
      op === "update" && urn.endsWith("-machine") && diffReasons.join() === "stdin",
  );
}
