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
 * Reads what `pulumi preview --json` printed.
 *
 * @throws where the text is something else, with what to do about it.
 */
export function parsePreview(text: string): Preview {
  const { steps, changeSummary, diagnostics } = parseObject(text);
  const errors = messages(diagnostics);
  if (errors.length > 0) throw new Error(`the preview failed:\n${errors.join("\n")}`);
  if (!Array.isArray(steps)) throw new Error(`this is no preview: it has no "steps"; ${expected}`);
  return {
    steps: steps as PreviewStep[],
    changeSummary: (changeSummary ?? {}) as Record<string, number>,
  };
}

const expected = "give what `pulumi preview --json` prints";

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const begin = text.trim().slice(0, 60);
    const seen = begin === "" ? "it is empty" : `it begins with ${JSON.stringify(begin)}`;
    throw new Error(`this is no preview: ${seen}; ${expected}`);
  }
  return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
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
