import { type Alias, type ComponentResourceOptions, getProject, getStack } from "@pulumi/pulumi";

/** Tells this cluster from every other one, of this stack or of another; fit for a file's name. */
export function clusterId(label: string): string {
  return [getProject(), getStack(), label].join(".").replaceAll(/[^\w.-]/g, "_");
}

/**
 * By what name people and clouds know a component: the one that it had before, where an alias tells of one, for what
 * was made under it carries it (tags, marks on volumes), and its own where there is none. The root program's
 * component has one name in all stacks, and the stack's for an alias: so its stacks are told apart in an account.
 */
export function labelOf(name: string, opts: ComponentResourceOptions = {}): string {
  return formerNames(opts)[0] ?? name;
}

/** The names that a component's aliases tell of. */
export function formerNames({ aliases = [] }: ComponentResourceOptions): string[] {
  return aliases.flatMap((alias) => formerName(alias) ?? []);
}

/** An alias may be a URN, whose last part is the name; what is known in an update only names nothing here. */
function formerName(alias: unknown): string | undefined {
  if (typeof alias === "string") return alias.split("::").at(-1);
  const { name } = (alias ?? {}) as Alias;
  return typeof name === "string" ? name : undefined;
}
