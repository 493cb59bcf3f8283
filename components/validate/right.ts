import { Output } from "@pulumi/pulumi";

const right = new WeakSet<object>();

/** Arguments in which no problem was found. Nobody looks again, so they stay as they are. */
export function foundRight<Args extends object>(args: Args): Args {
  freeze(args);
  right.add(args);
  return args;
}

export function isFoundRight(args: object): boolean {
  return right.has(args);
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Output.isInstance(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
