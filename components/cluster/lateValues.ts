import {
  DependencyResource,
  isUnknown,
  Output,
  type Resource,
  StackReference,
} from "@pulumi/pulumi";
import { UNKNOWN } from "../validate/values";
import { keepShort, Refusal } from "./refusal";

/** What comes from another resource, or later than the program's own values. */
export function isLate(value: unknown): boolean {
  return Output.isInstance(value) || value instanceof Promise;
}

/** `above`, here and below: what the value stands in; what holds itself is told by the checks. */
export function holdsOutput(value: unknown, above: readonly unknown[] = []): boolean {
  return holds(isLate, value, above);
}

/**
 * Whether something of it waits for a resource of this program: a secret of the configuration, an output of another stack and, in
 * another language, all that the component is given do not.
 */
export function waits(value: unknown): boolean {
  const isThere = (resource: Resource) =>
    resource instanceof DependencyResource || resource instanceof StackReference;
  const isWaiting = (part: unknown) =>
    part instanceof Promise || (isOutput(part) && ![...part.resources()].every(isThere));
  return holds(isWaiting, value, []);
}

function holds(
  is: (value: unknown) => boolean,
  value: unknown,
  above: readonly unknown[],
): boolean {
  if (isLate(value)) return is(value);
  if (typeof value !== "object" || value === null || above.includes(value)) return false;
  return Object.values(value).some((field) => holds(is, field, [...above, value]));
}

/**
 * Arguments as plain values, as far as they are known: what a preview cannot know yet, for another resource makes it, is
 * UNKNOWN, and all else is there. Secrets are among them, and are noted in `secrets`.
 */
export async function knownValues(
  value: unknown,
  secrets: unknown[] = [],
  above: readonly unknown[] = [],
): Promise<unknown> {
  if (isOutput(value)) return knownOf(value, secrets);
  if (value instanceof Promise) return knownValues(await told(value), secrets);
  if (isUnknown(value)) return UNKNOWN;
  if (typeof value !== "object" || value === null || above.includes(value)) return value;
  const inside = (field: unknown) => knownValues(field, secrets, [...above, value]);
  if (Array.isArray(value)) return Promise.all(value.map(inside));
  const entries = Object.entries(value).map(async ([key, field]) => [key, await inside(field)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The same at once: whatever may come late is UNKNOWN. */
export function plainValues(value: unknown, above: readonly unknown[] = []): unknown {
  if (isLate(value)) return UNKNOWN;
  if (typeof value !== "object" || value === null || above.includes(value)) return value;
  const inside = (field: unknown) => plainValues(field, [...above, value]);
  if (Array.isArray(value)) return value.map(inside);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, inside(field)]));
}

/** The SDK has these, but leaves them out of its types. */
interface OutputInside {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  resources(): Set<Resource>;
  promise(withUnknowns?: boolean): Promise<unknown>;
}

function isOutput(value: unknown): value is OutputInside {
  return Output.isInstance(value);
}

async function knownOf(output: OutputInside, secrets: unknown[]): Promise<unknown> {
  // Of an object that is one Output some fields may be known, and others not.
  const value = await told(output.promise(true));
  if (value === undefined && !(await output.isKnown)) return UNKNOWN;
  if (await output.isSecret) secrets.push(value);
  return knownValues(value, secrets);
}

/** An argument that fails by itself: the engine shows its error, in a moment and once. */
async function told<Value>(value: Promise<Value>): Promise<Value> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof Error && !(error instanceof Refusal)) keepShort(error);
    throw error;
  }
}
