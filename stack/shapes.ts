import { z } from "zod";
import {
  type FieldShapes,
  type Shape as SourceShape,
  withoutMark,
} from "../components/hosts/shape";
import { type Group, isGroup, type Table, type Type } from "../components/settings/setting";
import { mapValues } from "./mapValues";

type Simple<T> = T extends "string"
  ? z.ZodString
  : T extends "number"
    ? z.ZodNumber
    : T extends "boolean"
      ? z.ZodBoolean
      : z.ZodUnknown;

type Fields<Names> = z.ZodObject<{ [Name in keyof Names]: Simple<Names[Name]> }, z.core.$strict>;

type Shape<T> = T extends { readonly listOf: infer Item }
  ? z.ZodArray<Simple<Item>>
  : T extends { readonly mapOf: { readonly fields: infer Names } }
    ? z.ZodRecord<z.ZodString, Fields<Names>>
    : T extends { readonly mapOf: infer Item }
      ? z.ZodRecord<z.ZodString, Simple<Item>>
      : Simple<T>;

type RowShape<Row> = Row extends { readonly type: infer Holds } ? Shape<Holds> : never;

/** The shapes of a table's arguments: what stands in a group may be left out. */
export type Shapes<T> = {
  [Name in keyof T]: T[Name] extends Group<infer Rows>
    ? z.ZodObject<{ [Inner in keyof Rows]: z.ZodOptional<RowShape<Rows[Inner]>> }, z.core.$strict>
    : RowShape<T[Name]>;
};

export function shapesOf<T extends Table>(table: T): Shapes<T> {
  return mapValues(table, (entry) =>
    isGroup(entry)
      ? z.strictObject(mapValues(entry.group, ({ type }) => shapeOf(type).optional()))
      : shapeOf(entry.type),
  ) as Shapes<T>;
}

function shapeOf(type: Type): z.ZodType {
  if (typeof type === "string") return simple[type];
  if ("listOf" in type) return z.array(simple[type.listOf]);
  const { mapOf } = type;
  if (typeof mapOf === "string") return z.record(z.string(), simple[mapOf]);
  return z.record(z.string(), z.strictObject(mapValues(mapOf.fields, (field) => simple[field])));
}

/** The shape of a source's arguments. */
export function fieldsShape(fields: FieldShapes): z.ZodObject {
  return z.strictObject(mapValues(fields, sourceShape));
}

function sourceShape(shape: SourceShape): z.ZodType {
  if (typeof shape !== "string") return shape.optional ? inner(shape).optional() : inner(shape);
  const leaf = simple[withoutMark(shape)];
  return shape.endsWith("?") ? leaf.optional() : leaf;
}

function inner(shape: Exclude<SourceShape, string>): z.ZodType {
  if ("listOf" in shape) return z.array(sourceShape(shape.listOf));
  return "mapOf" in shape ? z.record(z.string(), simple[shape.mapOf]) : fieldsShape(shape.fields);
}

const simple = {
  string: z.string(),
  secret: z.string(),
  path: z.string(),
  number: z.number(),
  boolean: z.boolean(),
  anything: z.unknown(),
};
