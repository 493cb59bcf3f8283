import type { Problem } from "./problem";

/**
 * Values may be of any type here, whatever the compiler says: they come from stack files and from other
 * languages. A check of a wrong type says so and goes no further.
 */
export type Check = (value: unknown, path: string) => Problem[];

/** Files of this computer, as far as validation looks at them. */
export interface Files {
  exists(path: string): boolean;
  /** What is in it; undefined where it cannot be read. Without this nothing is judged by what is in a file. */
  text?(path: string): string | undefined;
}

/** Why a file cannot be had, if so. */
export function fileTrouble(files: Files | undefined, path: string): string | undefined {
  if (files === undefined) return undefined;
  if (!files.exists(path)) return "does not exist on this computer";
  return files.text !== undefined && files.text(path) === undefined
    ? "cannot be read on this computer; give a file that its user may read"
    : undefined;
}

export type Fields = Record<string, unknown>;

/** Stands where a preview does not know a value yet: something is given, and nothing can be said of it. */
export const UNKNOWN: unique symbol = Symbol("not known yet");

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields of an object; none where it is no object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The items of a list; none where it is no list. */
export function itemsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The kind of a value and nothing of its content, so that a misplaced secret is not shown. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (value === UNKNOWN) return "not known yet";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function typed(
  is: (value: unknown) => boolean,
  wanted: string,
  then: (value: never, path: string) => Problem[],
): Check {
  return (value, path) => {
    if (value === UNKNOWN) return [];
    if (is(value)) return then(value as never, path);
    const message =
      value === undefined
        ? `is missing; give ${wanted}`
        : `must be ${wanted}, not ${kindOf(value)}`;
    return [{ path, message, isShape: true }];
  };
}

const nothingMore = () => [];

export function text(then: (value: string, path: string) => Problem[], wanted = "a string"): Check {
  return typed((value) => typeof value === "string", wanted, then);
}

export function number(then: (value: number, path: string) => Problem[]): Check {
  return typed((value) => typeof value === "number", "a number", then);
}

export const bool: Check = typed(
  (value) => typeof value === "boolean",
  "true or false",
  nothingMore,
);

export function object(then: (value: Fields, path: string) => Problem[] = nothingMore): Check {
  return typed(isFields, "an object", then);
}

export function list(
  then: (value: unknown[], path: string) => Problem[] = nothingMore,
  wanted = "a list",
): Check {
  return typed(Array.isArray, wanted, then);
}

export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? [] : check(value, path));
}

/** Each field of an object by a check of its own, under the object's path. */
export function each(value: Fields, path: string, checks: Record<string, Check>): Problem[] {
  const prefix = path === "" ? "" : `${path}.`;
  return Object.entries(checks).flatMap(([key, check]) => check(value[key], prefix + key));
}

/** A second occurrence of something that must be unique: which item it is, and which one had it first. */
export interface Repeat<Item> {
  item: Item;
  first: Item;
}

/** Items whose key an earlier item has already; items without a key are left out. */
export function repeats<Item>(
  items: Item[],
  keyOf: (item: Item) => string | undefined,
): Repeat<Item>[] {
  const seen = new Map<string, Item>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    const first = seen.get(key);
    if (first !== undefined) return [{ item, first }];
    seen.set(key, item);
    return [];
  });
}
