import { damageIn, objectsIn } from "./jsonIn";

/** A resource as `pulumi preview --json` shows it, as far as it is read here. Secrets are `[secret]` by then. */
export interface ResourceState {
  type: string;
  parent?: string;
  inputs?: Record<string, unknown>;
}

export interface PreviewStep {
  /** `create`, `update`, `replace`, `delete`, `same`, ... */
  op: string;
  urn: string;
  oldState?: ResourceState;
  newState?: ResourceState;
  /** The inputs that differ. */
  diffReasons?: string[];
}

export interface Preview {
  steps: PreviewStep[];
  changeSummary: Record<string, number>;
}

/**
 * Reads what `pulumi preview --json` printed, whatever stands around it: policy packs and plugins print lines of their
 * own before the JSON, and wrappers of the CLI behind it.
 *
 * @throws where there is no preview in the text, with what was found, or one that failed.
 */
export function parsePreview(text: string): Preview {
  const found = previewIn(text);
  if (found === undefined) throw new Error(`this is no preview: ${seenIn(text)}; ${expected}`);
  const errors = messages(found.diagnostics);
  if (errors.length > 0) throw new Error(`the preview failed:\n${errors.join("\n")}`);
  const { steps, changeSummary } = found;
  return {
    // Where nothing changes, and what stays the same is not asked for, the CLI leaves them out.
    steps: (steps ?? []) as PreviewStep[],
    changeSummary: (changeSummary ?? {}) as Record<string, number>,
  };
}

/** Is there a preview in this text, be it one that failed? */
export function holdsPreview(text: string): boolean {
  return previewIn(text) !== undefined;
}

const expected = "give what `pulumi preview --json` prints";

type Printed = Record<string, unknown>;

/** The CLI's object among all that was printed: it has steps or counts, or, where it failed, says why. */
function previewIn(text: string): Printed | undefined {
  const objects = [...objectsIn(text)];
  return (
    objects.find(
      ({ steps, changeSummary }) =>
        Array.isArray(steps) || (steps === undefined && isCounts(changeSummary)),
    ) ?? objects.find(({ diagnostics }) => messages(diagnostics).length > 0)
  );
}

function isCounts(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a text without a preview holds instead. */
function seenIn(text: string): string {
  const begin = text.trim().slice(0, 60);
  if (begin === "") return "it is empty";
  const damage = damageIn(text);
  if (damage !== undefined)
    return `the JSON from its line ${damage.line} on is cut off or damaged (${damage.message})`;
  const [object] = objectsIn(text);
  if (object === undefined) return `it begins with ${JSON.stringify(begin)}, and holds no JSON`;
  const keys = Object.keys(object)
    .slice(0, 5)
    .map((key) => JSON.stringify(key));
  return `its JSON has no "steps"${keys.length > 0 ? `, but ${keys.join(", ")}` : ""}`;
}

function messages(diagnostics: unknown): string[] {
  if (!Array.isArray(diagnostics)) return [];
  return (diagnostics as { severity?: string; message?: string }[])
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => (message ?? "").trim())
    .filter((message) => message !== "");
}

/** What stands for a value that only the update will know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const secret = "[secret]";

/** An input that is a plain text; undefined where it is not there, not known yet, or secret. */
export function textOf(state: ResourceState | undefined, input: string): string | undefined {
  const value = state?.inputs?.[input];
  return typeof value !== "string" || value === unknown || value === secret ? undefined : value;
}

export function isUnknown(state: ResourceState | undefined, input: string): boolean {
  return state?.inputs?.[input] === unknown;
}

export function isSecret(state: ResourceState | undefined, input: string): boolean {
  return state?.inputs?.[input] === secret;
}

/** The last part of a URN: the resource's own name. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The types from the outermost component to the resource itself. */
export function typesOf(urn: string): string[] {
  return (urn.split("::")[2] ?? "").split("$");
}
