import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unknownKey } from "./didYouMean";
import { type Problem, problem } from "./problem";
import { isFields, itemsOf } from "./values";

/** What the schema for other languages says of a value: it is made of the arguments' types (`npm run generate`). */
interface Shape {
  $ref?: string;
  /** It has to be known when the program runs. */
  plain?: boolean;
  items?: Shape;
  additionalProperties?: Shape;
}

interface Schema {
  resources: Record<string, { inputProperties: Record<string, Shape> }>;
  types: Record<string, { properties?: Record<string, Shape> }>;
}

export type Component = "ConsulCluster" | "ConsulClient";

let read: Schema | undefined;
function schema(): Schema {
  read ??= JSON.parse(readFileSync(join(__dirname, "..", "schema.json"), "utf8")) as Schema;
  return read;
}

const argumentsOf = (component: Component) =>
  schema().resources[`consul-cluster:index:${component}`]?.inputProperties ?? {};

/** The fields of an object; none of a map, whose keys are the user's. */
const fieldsIn = ({ $ref }: Shape) =>
  schema().types[$ref?.replace("#/types/", "") ?? ""]?.properties;

/** What is looked for in all that an argument holds. */
interface Look {
  /** What is wrong with a value; undefined where what it holds is looked at, too. */
  value?(value: unknown, shape: Shape, path: string): Problem[] | undefined;
  unknownKey?(key: string, known: string[], path: string): Problem[];
}

function walk(value: unknown, shape: Shape, path: string, look: Look): Problem[] {
  const found = look.value?.(value, shape, path);
  if (found !== undefined) return found;
  const { items, additionalProperties } = shape;
  const fields = fieldsIn(shape);
  if (items !== undefined)
    return itemsOf(value).flatMap((item, index) => walk(item, items, `${path}[${index}]`, look));
  if (!isFields(value)) return [];
  if (fields !== undefined) return walkFields(value, fields, `${path}.`, look);
  return additionalProperties === undefined
    ? []
    : Object.entries(value).flatMap(([key, item]) =>
        walk(item, additionalProperties, `${path}.${key}`, look),
      );
}

function walkFields(
  value: object,
  fields: Record<string, Shape>,
  prefix: string,
  look: Look,
): Problem[] {
  return Object.entries(value).flatMap(([key, field]) => {
    // Not what every object has: `constructor` is no setting.
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (shape !== undefined) return walk(field, shape, prefix + key, look);
    // What is said to be nothing is as good as not there.
    return field === undefined
      ? []
      : (look.unknownKey?.(key, Object.keys(fields), prefix + key) ?? []);
  });
}

/** Keys that are none, on every level: where no compiler looks, they would be left out in silence. */
export function checkKeys(args: object, component: Component): Problem[] {
  return walkFields(args, argumentsOf(component), "", {
    unknownKey: (key, known, path) => problem(path, unknownKey(key, known)),
  });
}

const TOO_LATE =
  "comes from another resource, or from a Promise, and decides what resources there are; give it in the program, or in its configuration";

/**
 * What has to be known when the program runs, and is not (`isLate`): the names and the number of hosts, and what is made for
 * them. An object whose fields may all come late may be an Output itself, but no Promise: nobody sees a field of one.
 */
export function checkPlain(
  args: object,
  component: Component,
  isLate: (value: unknown) => boolean,
): Problem[] {
  return walkFields(args, argumentsOf(component), "", {
    value: (value, shape, path) => {
      if (!isLate(value)) return undefined;
      const isTooLate = shape.plain && (isNeededPlain(shape) || value instanceof Promise);
      return isTooLate ? problem(path, TOO_LATE) : [];
    },
  });
}

/** A key's file is plain as well, and yet a bastion as a whole may come late. */
function isNeededPlain(shape: Shape): boolean {
  const fields = fieldsIn(shape);
  return (
    fields === undefined ||
    Object.entries(fields).some(([name, { plain }]) => plain && name !== "privateKeyFile")
  );
}
