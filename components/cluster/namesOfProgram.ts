import type { ComponentResourceOptions, Resource } from "@pulumi/pulumi";
import { problem } from "../validate/problem";
import { OfProgram } from "./program";
import { refuse, type Whose } from "./refusal";

const claimed = new OfProgram(() => new Set<string>());

/**
 * Two components of one name are one to the engine, which would tell so of a URN. The types of their parents make a difference, the
 * parents' names do not. `above`: those types, as they stand in a URN.
 */
export function claimName(whose: Whose, above: string): void {
  const { component, name } = whose;
  const names = claimed.get();
  const claim = `${above}$${component}::${name}`;
  const where = above === "" ? "" : ` below a parent of the type ${above.split("$").at(-1)}`;
  if (names?.has(claim))
    refuse(
      whose,
      problem(
        "name",
        `another ${component} of this program is called so${where}, and Pulumi tells them apart by name alone; give each a name of its own`,
      ),
    );
  names?.add(claim);
}

/** The same, where a program makes the component itself; passes the options on. */
export function withOwnName(
  whose: Whose,
  opts: ComponentResourceOptions = {},
): ComponentResourceOptions {
  const types = typesOf(opts.parent);
  // Of a parent in a program of another language nothing is known yet but its URN, in a moment: provider.ts looks there.
  if (!types.includes("")) claimName(whose, types.join("$"));
  return opts;
}

const STACK = "pulumi:pulumi:Stack";

/** Of a resource and what is above it, the topmost first, without the stack, which all have. */
function typesOf(resource: Resource | undefined): string[] {
  if (resource === undefined) return [];
  const { __pulumiType: type, __parentResource: parent } = resource as unknown as ResourceInside;
  return type === STACK ? [] : [...typesOf(parent), type ?? ""];
}

/** The SDK has these, but leaves them out of its types. */
interface ResourceInside {
  __pulumiType?: string;
  __parentResource?: Resource;
}

/** The same out of the URN of a parent. */
export function typesInUrn(urn: string): string {
  const types = urn.split("::")[2] ?? "";
  return types === STACK ? "" : types;
}
