import { z } from "zod";
import type { Problem } from "../components/validate";
import { unknownKey } from "../components/validate/didYouMean";
import { kindOf } from "../components/validate/values";

/** What of a value does not have the schema's shape. Values are not shown, they may be secret. */
export function shapeProblems(schema: z.ZodType, value: unknown, key: string): Problem[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue) => {
    const path = pathOf([key, ...issue.path]);
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((unknown) => ({
        path: `${path}.${unknown}`,
        message: unknownKey(unknown, known),
      }));
    }
    return [{ path, message: wrongType(issue, valueAt(value, issue.path)) }];
  });
}

/** `["machines", 1, "address"]` as `machines[1].address`. */
function pathOf(steps: PropertyKey[]): string {
  return steps.reduce<string>(
    (path, step) =>
      typeof step === "number" ? `${path}[${step}]` : `${path}${path && "."}${String(step)}`,
    "",
  );
}

const WANTED: Record<string, string> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function wrongType(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== "invalid_type") return issue.message;
  const wanted = WANTED[issue.expected] ?? issue.expected;
  if (value === undefined) return `is missing; give ${wanted}`;
  return `must be ${wanted}, not ${kindOf(value)}${quotes(issue.expected, value)}`;
}

function quotes(expected: string, value: unknown): string {
  if (expected === "string" && ["number", "boolean"].includes(typeof value)) {
    return "; put it in quotes";
  }
  const meant =
    typeof value === "string" &&
    ((expected === "number" && /^-?\d+$/.test(value)) ||
      (expected === "boolean" && /^(true|false)$/.test(value)));
  return meant ? "; leave the quotes off" : "";
}

function valueAt(value: unknown, steps: PropertyKey[]): unknown {
  return steps.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
}

/** The keys that an object inside of a schema knows. */
function keysAt(schema: z.ZodType, steps: PropertyKey[]): string[] {
  const found = steps.reduce<unknown>((outer, step) => {
    const inner = unwrapped(outer);
    if (inner instanceof z.ZodArray) return inner.element;
    return inner instanceof z.ZodObject ? inner.shape[String(step)] : undefined;
  }, schema);
  const object = unwrapped(found);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}
