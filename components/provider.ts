import type {
  ComponentResource,
  ComponentResourceOptions,
  Inputs,
  provider,
  Resource,
} from "@pulumi/pulumi";
import { claimName, typesInUrn } from "./cluster/namesOfProgram";
import * as components from "./components";

interface Schema {
  name: string;
  version: string;
  resources: Record<string, { properties: Inputs }>;
}

/** What a program in another language gives, each component judges by itself. */
const constructors: Record<
  string,
  new (
    name: string,
    args: never,
    options: ComponentResourceOptions,
  ) => ComponentResource
> = components;

/**
 * The components for programs in other languages, by a schema that is made beforehand: the SDK's own host would read one off the
 * sources at each start, which takes seconds, and has neither defaults nor secrets (reference/componentSchema.ts).
 */
export function providerOf(schema: string): provider.Provider {
  const { name, version, resources } = JSON.parse(schema) as Schema;
  return {
    version,
    schema,
    async construct(resource, type, inputs, options) {
      const component = type.replace(`${name}:index:`, "") as keyof typeof components;
      const Component = constructors[component];
      const outputs = resources[type]?.properties;
      if (Component === undefined || outputs === undefined)
        throw new Error(`${name} ${version} has no ${type}: ${Object.keys(resources).join(", ")}`);
      if (options.parent !== undefined)
        claimName({ component, name: resource }, typesInUrn(await urnOf(options.parent)));
      const made = new Component(resource, inputs as never, options);
      const state = Object.keys(outputs).map((output) => [output, made[output as never]]);
      return { urn: made.urn, state: Object.fromEntries(state) };
    },
  };
}

const urnOf = ({ urn }: Resource) => new Promise<string>((resolve) => void urn.apply(resolve));
