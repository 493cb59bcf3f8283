import type { Check } from "../validate/values";

/** What a setting holds, as plain data: the stack's shapes are made of it, which this room knows nothing of. */
export type Type =
  | Simple
  | { readonly listOf: Simple }
  | { readonly mapOf: Simple | { readonly fields: { readonly [name: string]: Simple } } };

type Simple = "string" | "number" | "boolean" | "anything";

/** The same for the compiler. */
export type ValueOf<T> = T extends { readonly listOf: infer Item }
  ? SimpleOf<Item>[]
  : T extends { readonly mapOf: { readonly fields: infer Fields } }
    ? Record<string, { [Name in keyof Fields]: SimpleOf<Fields[Name]> }>
    : T extends { readonly mapOf: infer Item }
      ? Record<string, SimpleOf<Item>>
      : SimpleOf<T>;

type SimpleOf<T> = T extends "string"
  ? string
  : T extends "number"
    ? number
    : T extends "boolean"
      ? boolean
      : unknown;

/** What defaults of other settings depend on. */
export interface Said {
  acl?: { defaultPolicy?: string };
  tls?: { mode?: string };
}

/** What the value in Consul's files depends on: of the plan, and of the host. */
export interface Written {
  plan: { ports: { http: number }; tls?: { mode: string } };
  /** The host's own. */
  address: string;
}

/** A row of the table. The argument is called as its key, its words stand in `cluster/args.ts`. */
export interface Row {
  readonly type: Type;
  /** Where nothing is said; one that others decide about is a function of the arguments. */
  readonly default?: unknown;
  /** Judges the value by itself. Missing where other arguments say what is right: validate/validate.ts names who judges it. */
  readonly check?: Check;
  /** Consul's key, with dots: `extraConfig` may not say it. */
  readonly consul?: string;
  /** Older names of that key. */
  readonly formerly?: readonly string[];
  /** Without TLS the key is the user's own. */
  readonly onlyWithTls?: true;
  /** Consul takes another value over by a reload; anything else is a restart. */
  readonly reload?: true;
  /** The value as the plan has it, where there is more than one spelling. */
  plain?(value: never): unknown;
  /** The value as Consul's files have it; undefined where they say nothing. */
  written?(value: never, where: Written): unknown;
}

/** A row of which the plan has the value. */
export interface Setting<T extends Type> extends Row {
  readonly type: T;
  readonly default: ValueOf<T> | ((args: Said) => ValueOf<T>);
  plain?(value: ValueOf<T>): unknown;
  written?(value: ValueOf<T>, where: Written): unknown;
}

/** Settings that stand in one object, as the user wrote it. */
export interface Group<Rows extends Rowset = Rowset> {
  readonly group: Rows;
}

type Rowset = Readonly<Record<string, Row>>;

/** Rows by their arguments. */
export type Table = Readonly<Record<string, Row | Group>>;

/** A row without a default. */
export interface Bare<T extends Type> extends Row {
  readonly type: T;
  readonly default?: undefined;
  written?(value: ValueOf<T>, where: Written): unknown;
}

/** The same, where the plan knows what was said: nothing is written where nothing is said, and Consul decides. */
export type Unsaid<T extends Type> = Bare<T> & { readonly default: undefined };

/** The default `undefined` is Consul's own. */
export function setting<const T extends Type>(row: Setting<T>): Setting<T>;
export function setting<const T extends Type>(row: Unsaid<T>): Unsaid<T>;
export function setting(row: Row): Row {
  return row;
}

/** A row of which the plan has nothing: secret, or told to one module alone. */
export function unplanned<const T extends Type>(row: Bare<T>): Bare<T> {
  return row;
}

export function group<Rows extends Rowset>(rows: Rows): Group<Rows> {
  return { group: rows };
}

/** Another default for the same setting. */
export function withDefault<T extends Type>(row: Setting<T>, value: ValueOf<T>): Setting<T> {
  return { ...row, default: value };
}

export function isGroup(entry: Row | Group): entry is Group {
  return "group" in entry;
}

/** A row with its argument: `performance.raftMultiplier`. */
export interface Named {
  argument: string;
  row: Row;
}

/** Every row of a table. */
export function rowsOf(table: Table): Named[] {
  return Object.entries(table).flatMap(([name, entry]): Named[] =>
    isGroup(entry)
      ? Object.entries(entry.group).map(([inner, row]) => ({ argument: `${name}.${inner}`, row }))
      : [{ argument: name, row: entry }],
  );
}
