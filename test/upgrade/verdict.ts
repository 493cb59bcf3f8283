import { nameOf, type Preview, type PreviewStep, typesOf } from "../../components/review/preview";

/**
 * Inputs that may differ in a later version, by the end of a resource's name: they hold the library's own scripts,
 * which such a step lays down or runs again where they differ. None of them touches a process.
 */
const scripts: Record<string, string[]> = {
  release: ["create", "stdin"],
  // On the computer that runs Pulumi: it lets a run pass or refuses it.
  replacements: ["create", "update"],
  // Run when a server goes, and only then.
  departure: ["delete", "stdin"],
  farewell: ["delete", "stdin"],
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
  const isScript = (input: string) => mayDiffer(nameOf(urn), input);
  return op === "update" && diffReasons.length > 0 && diffReasons.every(isScript);
}

/** Whether another value of this input of a resource lays down scripts, and does nothing else. */
export function mayDiffer(name: string, input: string): boolean {
  return scripts[name.split("-").at(-1) ?? ""]?.includes(input) ?? false;
}

function describe({ op, urn, diffReasons = [] }: PreviewStep): string {
  const inputs = diffReasons.length > 0 ? ` (${[...diffReasons].sort().join(", ")})` : "";
  return `${nameOf(urn)}: ${op}${inputs}`;
}

/** Steps that run another script on this computer, which says what the last one said of what is there already. */
export function renewedHere({ steps }: Preview): PreviewStep[] {
  return steps.filter(
    ({ op, urn, diffReasons = [] }) =>
      op === "update" && /-(machine|login-key)$/.test(urn) && diffReasons.join() === "stdin",
  );
}
