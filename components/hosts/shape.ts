/** What a text of a source's arguments is: "secret", encrypted in a stack file; "path", of this computer, from the stack file's folder. */
type Simple = "string" | "number" | "boolean" | "anything" | "secret" | "path";

/** What an argument holds, as plain data: the stack's shapes are made of it, which this room knows nothing of. `?`: it may be left out. */
export type Shape =
  | Simple
  | `${Simple}?`
  | { readonly listOf: Shape; readonly optional?: true }
  | { readonly mapOf: Simple; readonly optional?: true }
  | { readonly fields: FieldShapes; readonly optional?: true };

export type FieldShapes = { readonly [name: string]: Shape };

/** The shapes that fit these arguments, without their `Input`s: a field that lacks its shape, or has another, does not compile. */
export type ShapesOf<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Optional<ShapeOf<NonNullable<T[K]>>>
    : ShapeOf<T[K]>;
};

type ShapeOf<T> = 0 extends 1 & T ? "anything" : KnownShapeOf<T>;

type KnownShapeOf<T> = T extends string
  ? "string" | "secret" | "path"
  : T extends number
    ? "number"
    : T extends boolean
      ? "boolean"
      : T extends readonly (infer Item)[]
        ? { readonly listOf: ShapeOf<Item> }
        : string extends keyof T
          ? { readonly mapOf: ShapeOf<T[keyof T]> }
          : { readonly fields: ShapesOf<T> };

type Optional<S> = S extends string ? `${S}?` : S & { readonly optional: true };

/** A value with what is of this kind changed, wherever it stands. What has another shape, or is not known yet, stays. */
export function changed<T>(
  value: T,
  shapes: FieldShapes,
  kind: Simple,
  change: (leaf: unknown) => unknown,
): T {
  return changedAt(value, { fields: shapes }, kind, change) as T;
}

function changedAt(
  value: unknown,
  shape: Shape,
  kind: Simple,
  change: (leaf: unknown) => unknown,
): unknown {
  if (value === undefined) return value;
  if (typeof shape === "string") return withoutMark(shape) === kind ? change(value) : value;
  if ("mapOf" in shape) return value;
  if ("listOf" in shape) {
    return Array.isArray(value)
      ? value.map((item) => changedAt(item, shape.listOf, kind, change))
      : value;
  }
  if (!isPlainObject(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => {
    const inner = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    return [name, inner === undefined ? field : changedAt(field, inner, kind, change)];
  });
  return Object.fromEntries(fields);
}

/** Neither a list nor an Output, of which nobody sees a field. */
function isPlainObject(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  );
}

/** The names of the fields of this kind, wherever they stand. */
export function namesOf(shapes: FieldShapes, kind: Simple): string[] {
  return Object.entries(shapes).flatMap(([name, shape]) => namesAt(name, shape, kind));
}

function namesAt(name: string, shape: Shape, kind: Simple): string[] {
  if (typeof shape === "string") return withoutMark(shape) === kind ? [name] : [];
  if ("listOf" in shape) return namesAt(name, shape.listOf, kind);
  return "fields" in shape ? namesOf(shape.fields, kind) : [];
}

export function withoutMark(shape: Simple | `${Simple}?`): Simple {
  return shape.replace("?", "") as Simple;
}
