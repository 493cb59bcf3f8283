import { isDeepStrictEqual } from "node:util";
import { type Resource, unknown, type Values } from "./graph";

/** A resource as the checkpoint has it: what the last run left behind. */
export interface Recorded {
  urn: string;
  type: string;
  parent?: string;
  inputs?: Values;
  outputs?: Values;
  /** It waits for its deletion; another stands in its place. */
  delete?: boolean;
}

export type LastRun = Map<string, Recorded>;

/** The resources of a checkpoint by URN. */
export function lastRunOf(resources: Recorded[]): LastRun {
  return new Map(
    resources.filter((recorded) => !recorded.delete).map((recorded) => [recorded.urn, recorded]),
  );
}

/** What a resource was in the last run, under its own name or one that it had. */
export function before(
  { urn, aliases }: Pick<Resource, "urn" | "aliases">,
  last: LastRun,
): Recorded | undefined {
  return [urn, ...aliases].map((name) => last.get(name)).find((recorded) => recorded !== undefined);
}

/**
 * Is a command replaced though nothing in it has changed? Then somebody asked the engine for it (`--replace`).
 * A preview does not know the output of a command that is created, that has another input, or that is replaced. Where the last run's
 * output is known and all inputs are equal, only the third is left.
 */
export function replacedAsItIs(command: Resource, was: Recorded): boolean {
  if (command.props.stdout !== unknown || was.outputs?.stdout === undefined) return false;
  const inputs = Object.entries(was.inputs ?? {}).filter(([key]) => !key.startsWith("__"));
  return inputs.every(([key, value]) => isDeepStrictEqual(command.props[key], value));
}
