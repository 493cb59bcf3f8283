import { join } from "node:path";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import * as components from "../components/components";
import { settings } from "../components/settings";
import { clientSettings } from "../components/settings/client";
import { rowsOf, type Table } from "../components/settings/setting";
import { SECRET_FIELDS } from "../stack/secretFields";
import { prettyJson } from "./prettyJson";
import { defaultValue, type Setting, type Settings } from "./settings";

interface Property {
  description?: string;
  default?: unknown;
  secret?: boolean;
  [key: string]: unknown;
}

type Properties = Record<string, Property>;

interface Schema {
  resources: Record<string, { inputProperties: Properties; properties: Properties }>;
  types: Record<string, { properties?: Properties }>;
  [key: string]: unknown;
}

/** The arguments of each component, by its name. */
export type Inputs = Record<keyof typeof components, Settings>;

/** Beside the arguments: outputs, and what client agents get of their cluster. */
const SECRETS: readonly string[] = [...SECRET_FIELDS, "agentToken", "clientToken"];

const folder = join(__dirname, "../components");

/**
 * The schema for other languages: what the SDK reads off the sources, in which there are neither defaults nor secrets, and both.
 * The SDK's compiler runs over the component: some seconds.
 */
export async function componentSchema(inputs: Inputs): Promise<string> {
  const name = "consul-cluster";
  const all = Object.values(components);
  const read = await new ComponentProvider({ name, dirname: folder, components: all }).getSchema();
  // Nothing required is nothing said.
  const schema = JSON.parse(read, (_, value) => (isEmptyList(value) ? undefined : value));
  return `${prettyJson(withoutEnds(completed(schema, inputs)))}\n`;
}

/** SDKs end the types of inputs in `Args` themselves: what has that end here has it twice there (`PortsArgsArgs` in Go and C#). */
function withoutEnds(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll(/(:index:\w+?)Args"/g, '$1"'));
}

/** The same schema, with what stands in the settings. */
function completed(schema: Schema, inputs: Inputs): Schema {
  const types = mapOf(schema.types, (key, type) => ({
    ...type,
    ...(type.properties && { properties: described(type.properties, groupOf(inputs, key)) }),
  }));
  // What a cluster says to its clients is no default of theirs: who was given it would contradict the cluster.
  const ofCluster = Object.keys(
    schema.types["consul-cluster:index:ClientSettings"]?.properties ?? {},
  );
  const resources = mapOf(schema.resources, (key, resource) => {
    const fields = inputs[key.split(":")[2] as keyof Inputs].top.map(fieldOf(""));
    const own = resource.inputProperties.cluster
      ? fields.map((field) => ({
          ...field,
          depends: field.depends || ofCluster.includes(field.name),
        }))
      : fields;
    return {
      ...resource,
      inputProperties: described(resource.inputProperties, own),
      // Outputs come as secrets anyway, and SDKs of .NET and Java cannot be compiled with those of a component.
      properties: mapOf(resource.properties, (_, { optional: __, ...property }) => property),
    };
  });
  return { ...schema, types, resources };
}

/** A setting, and whether other arguments decide about its default: who was given one would have chosen. */
interface Field extends Setting {
  depends: boolean;
}

function fieldOf(prefix: string, table: Table = settings) {
  return (setting: Setting): Field => {
    const row = rowsOf(table).find(({ argument }) => argument === prefix + setting.name)?.row;
    return { ...setting, depends: typeof row?.default === "function" || row?.onlyWithTls === true };
  };
}

function groupOf({ ConsulCluster, ConsulClient }: Inputs, key: string): Field[] {
  for (const [{ sections }, table] of [
    [ConsulCluster, settings],
    [ConsulClient, clientSettings],
  ] as const) {
    const section = sections.find(({ name }) => key.endsWith(`:${name}`));
    if (section) return section.settings.map(fieldOf(`${section.paths[0]}.`, table));
  }
  return [];
}

function described(properties: Properties, given: Field[]): Properties {
  // `optional` is the SDK's own word, which no reader of a schema knows.
  return mapOf(properties, (name, { optional: _, ...property }) => {
    const field = given.find((other) => other.name === name);
    return {
      ...property,
      ...(field && withDefault(property, field)),
      ...(SECRETS.includes(name) && { secret: true }),
    };
  });
}

/** As a value where it is one that a schema can have, else in words. */
function withDefault({ description }: Property, field: Field): Partial<Property> {
  const value = defaultValue(field);
  // An empty text is not given.
  if (field.default === undefined || field.default === "none" || value === "") return {};
  return isSimple(value) && !field.depends
    ? { default: value }
    : { description: `${description}\nDefault: ${field.default}.` };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isSimple(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function mapOf<Value, Result>(
  all: Record<string, Value>,
  make: (key: string, value: Value) => Result,
) {
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, make(key, value)]));
}
