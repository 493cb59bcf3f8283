import { childOf, ofServer, type Resource, serversOf, stackOf, type Values } from "./graph";

/** What counts as production: config of the policies that ask for more there. */
export interface Production {
  /** Names of stacks; `*` stands for any text. */
  stacks: string[];
  /** A tag of the stack or of a cluster's machines. */
  tag: string;
  /** Its values that mean production. */
  tagValues: string[];
}

export const production: Production = {
  stacks: ["prod*"],
  tag: "environment",
  tagValues: ["prod", "production"],
};

export const productionSchema = {
  properties: {
    stacks: {
      type: "array" as const,
      items: { type: "string" as const },
      default: production.stacks,
      description: "Names of the stacks that are production; `*` stands for any text.",
    },
    tag: {
      type: "string" as const,
      default: production.tag,
      description: "Tag, of the stack or of a cluster's machines, that tells production.",
    },
    tagValues: {
      type: "array" as const,
      items: { type: "string" as const },
      default: production.tagValues,
      description: "Values of the tag that mean production.",
    },
  },
};

export function isProductionStack(
  urn: string,
  stackTags: ReadonlyMap<string, string>,
  { stacks, tag, tagValues }: Production,
): boolean {
  const { stack } = stackOf(urn);
  return (
    stacks.some((glob) => matches(glob, stack)) || tagValues.includes(stackTags.get(tag) ?? "")
  );
}

/** Is a machine of the cluster, or its security group, tagged as production? */
export function isTaggedProduction(
  cluster: Resource,
  resources: Resource[],
  { tag, tagValues }: Production,
): boolean {
  const tagged = [
    childOf(cluster, "servers", resources),
    ...serversOf(cluster, resources).map((server) => ofServer(server, "instance", resources)),
  ];
  return tagged.some((resource) => {
    const tags = resource?.props.tags;
    const value = typeof tags === "object" && tags !== null ? (tags as Values)[tag] : undefined;
    return typeof value === "string" && tagValues.includes(value);
  });
}

function matches(glob: string, name: string): boolean {
  const parts = glob.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
