import { stringify } from "yaml";
import type { Registered } from "./recorder";
import { Secret, Unknown } from "./values";

/** Longer texts are scripts, which have files of their own to be read in. */
const readable = 60;

/** A whole graph as a text for people: what would be made, of what, and in which order. */
export function graphText(resources: Registered[]): string {
  const described = resources
    .filter(({ type }) => !type.startsWith("pulumi:providers:"))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((resource) => [resource.name, describe(resource)]);
  return stringify(Object.fromEntries(described), { lineWidth: 0, sortMapEntries: false });
}

function describe(resource: Registered): Record<string, unknown> {
  const options = {
    deleteBeforeReplace: resource.deleteBeforeReplace,
    ignoreChanges: resource.ignoreChanges,
    replaceOnChanges: resource.replaceOnChanges,
    replacementTrigger: resource.replacementTrigger,
    retainOnDelete: resource.retainOnDelete,
    protect: resource.isProtected,
  };
  return withoutEmpty({
    type: resource.type,
    parent: resource.parent,
    after: resource.dependencies,
    ...options,
    inputs: shown(sorted(resource.inputs)),
  });
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === undefined ||
    value === false ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function sorted(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value: unknown): unknown {
  if (value instanceof Secret) return "[secret]";
  if (value instanceof Unknown) return "[known after the update]";
  if (typeof value === "string") {
    const lines = value.split("\n").length;
    // A server's settings are shown whole, however many.
    return lines > readable && !value.startsWith("==> ")
      ? `[${value.split("\n")[0]} ... a script]`
      : value;
  }
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shown(field)]));
}
