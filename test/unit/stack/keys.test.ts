import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { NSPAWN_DEFAULTS } from "../../../components/hosts/nspawn/check";
import { DEFAULT_PORTS } from "../../../components/validate/ports";
import type { Field } from "../../../reference/argsFile";
import { defaultValue } from "../../../reference/settings";
import { schema } from "../../../stack/schema";
import { fieldsOf } from "../support/argsDefaults";

interface Declared {
  type: string;
  items?: { type: string };
  default?: unknown;
  secret?: boolean;
  description?: string;
}

const config: Record<string, Declared> = parse(
  readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8"),
).config;
const args = fieldsOf("ConsulClusterArgs");

describe("the settings have the same names and types in args.ts, in Pulumi.yaml and in the schema", () => {
  test("their names", () => {
    const names = args.map(({ name }) => name).sort();
    expect(names).toEqual(expect.arrayContaining(["existing", "gossipKey", "version"]));
    expect(Object.keys(config).sort()).toEqual(names);
    expect(Object.keys(schema).sort()).toEqual(names);
  });

  test.each(args)("$name has the type that args.ts says", ({ name, type }) => {
    expect(config[name]?.type).toBe(pulumiType(type));
    const shape = schema[name as keyof typeof schema];
    expect(zodType(shape)).toBe(pulumiType(type));
  });

  test.each([
    ["NspawnMachineArgs", schema.nspawn.shape.machines.element],
    ["ExistingServerArgs", schema.existing.shape.servers.element],
    ["BastionArgs", schema.existing.shape.servers.element.shape.bastion.unwrap()],
    ["AwsServerArgs", schema.aws.shape.servers.element],
    ["CertificateArgs", schema.tls.shape.certificates.unwrap().valueType],
    ...args.flatMap(({ name, type }): [string, z.ZodObject][] => {
      const shape: z.ZodType = schema[name as keyof typeof schema];
      return shape instanceof z.ZodObject ? [[type, shape]] : [];
    }),
  ])("the fields of %s are those of its shape, needed or not", (name, shape) => {
    const shapes: Record<string, z.ZodType> = shape.shape;
    const optional = Object.entries(shapes).map(([key, field]) => [key, field.isOptional()]);
    const wanted = fieldsOf(name).map((field) => [field.name, field.optional]);
    expect(Object.fromEntries(optional)).toEqual(Object.fromEntries(wanted));
  });
});

describe("Pulumi.yaml", () => {
  test.each(Object.keys(config))("%s is described and has a default", (name) => {
    // Pulumi demands a setting without a default of every stack.
    expect(config[name]?.default).toBeDefined();
    expect(config[name]?.description?.length).toBeGreaterThan(10);
    // A setting that is declared a secret must have an encrypted default, which cannot be committed.
    expect(config[name]?.secret).toBeUndefined();
  });

  test.each(args)("the description of $name begins as that of args.ts", ({ name, description }) => {
    const said = config[name]?.description ?? "";
    expect(description).toMatch(/\.$/);
    expect(said.startsWith(description.slice(0, -1)), `${said}\n${description}`).toBe(true);
    // It gets a full stop where it stands on a page.
    expect(said).not.toMatch(/\.$/);
  });

  test.each(args.filter(({ type }) => /^Input<(string|boolean|number)>$/.test(type)))(
    "the default of $name is that of args.ts",
    (field) => {
      // What has no default that could be written down is an empty text, which means "not set".
      expect(config[field.name]?.default).toEqual(defaultValue(field) ?? "");
    },
  );

  test.each(args.filter(({ type }) => !/^Input<(string|boolean|number)>$/.test(type)))(
    "the default of $name is an empty one",
    ({ name }) => {
      // An empty one of these means something.
      const offs: Record<string, object> = { acl: { defaultPolicy: "off" }, tls: { mode: "off" } };
      const off = offs[name] ?? {};
      expect(config[name]?.default).toEqual(config[name]?.type === "array" ? [] : off);
    },
  );
});

describe("the defaults that validation judges other values by", () => {
  test("are those of args.ts", () => {
    expect(NSPAWN_DEFAULTS).toEqual(defaults("NspawnArgs", Object.keys(NSPAWN_DEFAULTS)));
    expect(DEFAULT_PORTS).toEqual(defaults("PortsArgs", Object.keys(DEFAULT_PORTS)));
    expect(Object.keys(DEFAULT_PORTS)).toHaveLength(fieldsOf("PortsArgs").length);
  });
});

function defaults(name: string, keys: string[]): Record<string, unknown> {
  const fields = fieldsOf(name).filter((field) => keys.includes(field.name));
  return Object.fromEntries(fields.map((field) => [field.name, JSON.parse(field.default ?? "")]));
}

function pulumiType(type: Field["type"]): string {
  const inner = /^Input<(.*)>$/.exec(type)?.[1] ?? type;
  if (inner.endsWith("[]")) return "array";
  return ["string", "boolean"].includes(inner) ? inner : "object";
}

function zodType(shape: z.ZodType): string {
  if (shape instanceof z.ZodString) return "string";
  if (shape instanceof z.ZodBoolean) return "boolean";
  return shape instanceof z.ZodArray ? "array" : "object";
}
