import { Output } from "@pulumi/pulumi";
import { UNKNOWN } from "../validate/values";

/** What comes from another resource, or later than the program's own values. */
export function isLate(value: unknown): boolean {
  return Output.isInstance(value) || value instanceof Promise;
}

/** `above`, here and below: what the value stands in; what holds itself is told by the checks. */
export function holdsOutput(value: unknown, above: readonly unknown[] = []): boolean {
  if (isLate(value)) return true;
  if (typeof value !== "object" || value === null || above.includes(value)) return false;
  return Object.values(value).some((field) => holdsOutput(field, [...above, value]));
}

/**
 * Arguments as plain values, as far as they are known: what a preview cannot know yet, for another resource makes it, is
 * UNKNOWN, and all else is there. Secrets are among them.
 */
export async function knownValues(
  value: unknown,
  above: readonly unknown[] = [],
): Promise<unknown> {
  if (Output.isInstance(value)) return knownOf(value as Output<unknown>);
  if (value instanceof Promise) return knownValues(await value);
  if (typeof value !== "object" || value === null || above.includes(value)) return value;
  const inside = (field: unknown) => knownValues(field, [...above, value]);
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

async function knownOf(output: Output<unknown>): Promise<unknown> {
  // The SDK has these, but leaves them out of its types.
  const { isKnown, promise } = output as unknown as {
    isKnown: Promise<boolean>;
    promise(withUnknowns?: boolean): Promise<unknown>;
  };
  return (await isKnown) ? knownValues(await promise.call(output)) : UNKNOWN;
}
