import { z } from "zod";
import type { PlainArgs } from "../components/cluster/args";
import { changed } from "../components/hosts/shape";
import sources, { type HostSources } from "../components/hosts/sources";
import { settings } from "../components/settings";
import { type Group, isGroup, type Row } from "../components/settings/setting";
import type { Problem } from "../components/validate";
import { unknownKey } from "../components/validate/didYouMean";
import { fieldsOf, isFields } from "../components/validate/values";
import { type Folders, localPath, withLocalPaths } from "./localPaths";
import { type Key, schema } from "./schema";
import { SECRET_FIELDS } from "./secretFields";
import { shapeProblems } from "./shape";

const KEYS = Object.keys(schema) as Key[];

export interface Context {
  /** Keys whose values, or parts of them, are encrypted in the stack file. */
  secretKeys?: ReadonlySet<string>;
  folders?: Folders;
}

export interface Reading {
  /** What could be read. Wrongly shaped parts are still in there, each with a problem for its path. */
  args: PlainArgs;
  problems: Problem[];
}

/** A stack's settings, as Pulumi hands them over (texts, objects as JSON), as arguments. */
export function readConfig(raw: Record<string, string>, context: Context = {}): Reading {
  const values = KEYS.flatMap((key): [Key, unknown][] => {
    const text = raw[key];
    return text === undefined || isUnset(key, text, context)
      ? []
      : [[key, key === "environment" ? variables(text) : parseValue(schema[key], text)]];
  });
  return {
    args: withPaths(Object.fromEntries(values), context.folders) as PlainArgs,
    problems: [
      ...unknownKeys(raw),
      ...values.flatMap(([key, value]) => shapeProblems(schema[key], value, key)),
      ...openSecrets(Object.fromEntries(values), context),
    ],
  };
}

function isSource(key: string): key is keyof HostSources {
  return sources.some((source) => source.key === key);
}

/** Problems of the shape, and those that validation found elsewhere. */
export function withoutRepeats(shape: Problem[], found: Problem[]): Problem[] {
  const told = ({ path }: Problem) =>
    shape.some((other) => path === other.path || /^[.[]/.test(suffix(path, other.path)));
  return [...shape, ...found.filter((problem) => !told(problem))];
}

function suffix(path: string, start: string): string {
  return path.startsWith(start) ? path.slice(start.length) : "";
}

/**
 * Pulumi demands a default of every setting that it knows the type of, also where nothing is the default:
 * an empty one in Pulumi.yaml means that nothing is set.
 */
function isUnset(key: Key, text: string, { secretKeys }: Context): boolean {
  if (key === "sha256" || isSource(key)) return text === "{}" || text === "";
  // An encrypted empty key was meant to be one, perhaps a variable that was not set.
  if (key === "gossipKey" && secretKeys?.has(key)) return false;
  return text === "" && mayBeEmpty(settings[key]);
}

/** A text whose default cannot be written down, or is to say nothing. */
function mayBeEmpty(entry: Row | Group): boolean {
  return !isGroup(entry) && entry.type === "string" && !entry.default;
}

function parseValue(shape: z.ZodType, text: string): unknown {
  if (shape instanceof z.ZodString) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Whatever was meant, a text is not what the schema wants, and it will say so.
    return text;
  }
}

/** `GOMAXPROCS: 2` is what everybody writes, and what `pulumi config set --path` stores. */
function variables(text: string): unknown {
  const value = parseValue(schema.environment, text);
  if (!isFields(value)) return value;
  const texts = Object.entries(value).map(([name, variable]) => [
    name,
    Number.isSafeInteger(variable) ? String(variable) : variable,
  ]);
  return Object.fromEntries(texts);
}

function unknownKeys(raw: Record<string, string>): Problem[] {
  return Object.keys(raw)
    .filter((key) => !(KEYS as string[]).includes(key))
    .map((key) => ({ path: key, message: unknownKey(key, KEYS) }));
}

/** Secrets that stand in the stack file for everybody to read; it is made to be committed. */
function openSecrets(values: Record<string, unknown>, { secretKeys }: Context): Problem[] {
  const mayHold = ["gossipKey", "acl", "tls", ...sources.map(({ key }) => key)];
  return mayHold
    .flatMap((key) => secretPaths({ [key]: values[key] }, ""))
    .filter((path) => !secretKeys?.has(path.replace(/\..*/, "")))
    .map((path) => ({
      path,
      message: `stands unencrypted in the stack file; store it with \`pulumi config set --secret --path '${path}'\``,
    }));
}

/** Where secrets stand in a value. */
function secretPaths(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => secretPaths(item, `${path}[${index}]`));
  }
  return Object.entries(fieldsOf(value)).flatMap(([key, field]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (!SECRET_FIELDS.includes(key)) return secretPaths(field, at);
    return field === undefined ? [] : [at];
  });
}

function withPaths(args: Record<string, unknown>, folders?: Folders): Record<string, unknown> {
  if (folders === undefined) return args;
  const given = sources.flatMap(({ key, shape }) => {
    const value = args[key];
    const local = (path: unknown) => localPath(path, folders);
    return isFields(value) ? [[key, changed(value, shape, "path", local)]] : [];
  });
  return { ...withLocalPaths(args, ["signingKeyFile"], folders), ...Object.fromEntries(given) };
}
