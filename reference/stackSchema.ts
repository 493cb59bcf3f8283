import { z } from "zod";
import sources from "../components/hosts/sources";
import { schema } from "../stack/schema";
import { SECRET_FIELDS } from "../stack/secretFields";
import { defaultValue, type Setting, type Settings, type Type } from "./settings";

/** A JSON schema, or a part of one. */
export type Schema = { [key: string]: unknown };

const PREFIX = "consul-cluster:";
const SECURE = { $ref: "#/definitions/secure" };

/**
 * The JSON schema of a stack file, for editors. Shapes come from the schema that the program reads with, words
 * and defaults from the settings; that a value makes sense is the program's to say.
 */
export function stackSchema(settings: Settings): Schema {
  const shapes = propertiesOf(z.toJSONSchema(z.strictObject(schema), { target: "draft-7" }));
  const keys = settings.top.map((setting): [string, Schema] => [
    PREFIX + setting.name,
    topSchema(setting, shapes[setting.name] as Schema, settings),
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi.<stack>.yaml of consul-cluster",
    $comment:
      "Made by `npm run generate` from stack/schema.ts, components/cluster/args.ts and Pulumi.yaml.",
    definitions: { secure: secure() },
    type: "object",
    properties: {
      config: {
        description: "The settings of this stack.",
        type: "object",
        properties: Object.fromEntries(keys),
        // Other namespaces are providers'.
        patternProperties: { [`^(?!${PREFIX})[^:]+:.+$`]: {} },
        additionalProperties: false,
        oneOf: sources.map(({ key }) => oneWith(PREFIX + key)),
      },
      environment: { description: "Environments of Pulumi ESC that this stack takes over." },
      secretsprovider: { type: "string", description: "Who encrypts this stack's secrets." },
      encryptedkey: { type: "string", description: "The key of the secrets, itself encrypted." },
      encryptionsalt: { type: "string", description: "The salt of the passphrase." },
    },
    additionalProperties: false,
  };
}

function oneWith(key: string): Schema {
  return { type: "object", properties: { [key]: {} }, required: [key] };
}

function secure(): Schema {
  return {
    description: "An encrypted text, as `pulumi config set --secret` writes it.",
    type: "object",
    properties: { secure: { type: "string" } },
    required: ["secure"],
    additionalProperties: false,
  };
}

/** A key of the stack file may be written by `pulumi config set`, which makes texts of everything. */
function topSchema(setting: Setting, shape: Schema, settings: Settings): Schema {
  const { kind } = setting.type;
  if (setting.name === "gossipKey") return described(setting, { anyOf: [SECURE, { const: "" }] });
  if (kind === "boolean") {
    return described(setting, { anyOf: [shape, { enum: ["true", "false"] }, SECURE] });
  }
  // A number in the environment is read as the text that it is.
  return setting.name === "environment"
    ? described(setting, {
        type: "object",
        additionalProperties: { anyOf: [{ type: "string" }, { type: "integer" }, SECURE] },
      })
    : fieldSchema(setting, shape, settings);
}

function fieldSchema(setting: Setting, shape: Schema, settings: Settings): Schema {
  return described(
    setting,
    SECRET_FIELDS.includes(setting.name)
      ? { anyOf: [SECURE] }
      : typed(setting.type, shape, settings),
  );
}

function typed(type: Type, shape: Schema, settings: Settings): Schema {
  switch (type.kind) {
    case "string":
      return { anyOf: [shape, SECURE] };
    case "list":
      return { ...shape, items: typed(type.of, shape.items as Schema, settings) };
    case "map": {
      const { propertyNames: _, ...rest } = shape;
      const values = rest.additionalProperties as Schema;
      return { ...rest, additionalProperties: typed(type.of, values, settings) };
    }
    case "group":
      return groupSchema(type.name, shape, settings);
    default:
      return shape;
  }
}

function groupSchema(name: string, shape: Schema, settings: Settings): Schema {
  const section = settings.sections.find((other) => other.name === name);
  const shapes = propertiesOf(shape);
  const properties = (section?.settings ?? []).map((setting) => [
    setting.name,
    fieldSchema(setting, shapes[setting.name] as Schema, settings),
  ]);
  return { ...shape, properties: Object.fromEntries(properties) };
}

function propertiesOf(shape: unknown): Record<string, Schema> {
  return (shape as { properties: Record<string, Schema> }).properties;
}

function described(setting: Setting, shape: Schema): Schema {
  const value = defaultValue(setting);
  const inWords = value === undefined && setting.default !== undefined;
  const description = inWords
    ? `${setting.description} Default: ${setting.default}.`
    : setting.description;
  return { description, ...(value !== undefined && { default: value }), ...shape };
}
