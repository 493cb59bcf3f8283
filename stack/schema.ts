import type { z } from "zod";
import type { PlainArgs } from "../components/cluster/args";
import sources, { type HostSources } from "../components/hosts/sources";
import { consul } from "../components/settings";
import { departure } from "../components/settings/agent";
import { release } from "../components/settings/release";
import { rollout } from "../components/settings/rollout";
import { fieldsShape, shapesOf } from "./shapes";

/** Shapes only: whether a value makes sense is the component's to say. */

/** Every top-level key of the stack file, named and shaped as the argument that it becomes. */
export const schema = {
  ...shapesOf({ ...release, ...departure, ...rollout }),
  ...ofSources(),
  ...shapesOf(consul),
} satisfies Expected;

export type Key = keyof typeof schema;

/** The compiler compares the shapes with the arguments; it has no plain form of a record of unknowns. */
type Expected = {
  [K in keyof Required<PlainArgs>]: z.ZodType<
    K extends "extraConfig" ? Record<string, unknown> : NonNullable<PlainArgs[K]>
  >;
};

type OfSources = {
  [K in keyof Required<HostSources>]: z.ZodObject & z.ZodType<NonNullable<PlainArgs[K]>>;
};

/** Each source has compared its shape with its arguments. */
function ofSources(): OfSources {
  return Object.fromEntries(
    sources.map(({ key, shape }) => [key, fieldsShape(shape)]),
  ) as unknown as OfSources;
}
