import { type Field, type Interface, parseInterfaces } from "./argsFile";

/** What a setting holds, without the `Input`s. */
export type Type =
  | { kind: "string" | "number" | "boolean" | "anything" }
  | { kind: "list" | "map"; of: Type }
  | { kind: "group"; name: string };

/** A setting of the stack file, or a field of one. */
export interface Setting extends Omit<Field, "type"> {
  type: Type;
}

/** Fields that belong together, and every place where they may stand: `existing.servers[].bastion`. */
export interface Section {
  /** The interface that they are. */
  name: string;
  paths: string[];
  description: string;
  settings: Setting[];
}

export interface Settings {
  /** The keys of a stack file, in the order of Pulumi.yaml. */
  top: Setting[];
  /** What is below them, each group once, in the order of its first place. */
  sections: Section[];
}

/** A key of Pulumi.yaml's `config`. */
export interface Declared {
  type: string;
  items?: { type: string };
  default?: unknown;
  secret?: boolean;
  description: string;
}

/** The arguments of a cluster. */
export const TOP = "ConsulClusterArgs";

/** The settings as `components/cluster/args.ts` has them, the keys of the stack file in Pulumi.yaml's order and words. */
export function readSettings(argsText: string, config: Record<string, Declared>): Settings {
  const interfaces = parseInterfaces(argsText);
  const fields = settingsOf(interfaces, TOP);
  const top = Object.entries(config).flatMap(([key, { description }]) =>
    fields
      .filter(({ name }) => name === key)
      .map((found) => ({ ...found, description: `${description}.` })),
  );
  const sections = new Map<string, Section>();
  for (const setting of top) addSections(interfaces, sections, setting, setting.name);
  return { top, sections: [...sections.values()] };
}

/** The arguments of another component, in the order and the words of their interface. */
export function readArguments(argsText: string, name: string): Settings {
  const interfaces = parseInterfaces(argsText);
  const top = settingsOf(interfaces, name);
  const sections = new Map<string, Section>();
  for (const setting of top) addSections(interfaces, sections, setting, setting.name);
  return { top, sections: [...sections.values()] };
}

function addSections(
  interfaces: Map<string, Interface>,
  sections: Map<string, Section>,
  { type }: Setting,
  path: string,
): void {
  const group = type.kind === "list" || type.kind === "map" ? type.of : type;
  if (group.kind !== "group") return;
  const inside = { list: "[]", map: ".NAME", group: "" }[type.kind as "list" | "map" | "group"];
  const here = `${path}${inside}`;
  const known = sections.get(group.name);
  if (known !== undefined) {
    known.paths.push(here);
    return;
  }
  const settings = settingsOf(interfaces, group.name);
  const description = interfaces.get(group.name)?.description ?? "";
  sections.set(group.name, { name: group.name, paths: [here], description, settings });
  for (const setting of settings) {
    addSections(interfaces, sections, setting, `${here}.${setting.name}`);
  }
}

function settingsOf(interfaces: Map<string, Interface>, name: string): Setting[] {
  const found = interfaces.get(name);
  if (found === undefined) throw new Error(`components/cluster/args.ts has no interface ${name}`);
  return found.fields.map((field) => ({ ...field, type: typeOf(field.type) }));
}

/** `Input<Input<string>[]>` is a list of strings. */
export function typeOf(text: string): Type {
  const input = /^Input<(.*)>$/.exec(text)?.[1];
  if (input !== undefined) return typeOf(input);
  const item = /^(.*)\[\]$/.exec(text)?.[1];
  if (item !== undefined) return { kind: "list", of: typeOf(item) };
  const value = /^Record<string, (.*)>$/.exec(text)?.[1];
  if (value !== undefined) return { kind: "map", of: typeOf(value) };
  if (text === "string" || text === "number" || text === "boolean") return { kind: text };
  return text === "any" ? { kind: "anything" } : { kind: "group", name: text };
}

/** What a default is as a value; undefined where it is told in words. */
export function defaultValue({ default: text }: { default: string | undefined }): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
