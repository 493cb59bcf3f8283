import { type Group, isGroup, type Row, type Said, type Table, type ValueOf } from "./setting";

/** The arguments of a table as plain values. */
export type SaidOf<T> = {
  [Name in keyof T]?: T[Name] extends Group<infer Rows>
    ? SaidOf<Rows>
    : T[Name] extends { readonly type: infer Holds }
      ? ValueOf<Holds>
      : never;
};

/** The same with every default filled in, of those that a plan has. */
export type Planned<T> = {
  [Name in keyof T as IsPlanned<T[Name]> extends true ? Name : never]: T[Name] extends Group<
    infer Rows
  >
    ? Planned<Rows>
    : T[Name] extends { readonly type: infer Holds; readonly default: infer Default }
      ? ValueOf<Holds> | (Default extends undefined ? undefined : never)
      : never;
};

type IsPlanned<Entry> =
  Entry extends Group<infer Rows>
    ? true extends { [Name in keyof Rows]: IsPlanned<Rows[Name]> }[keyof Rows]
      ? true
      : false
    : Entry extends { readonly default: unknown }
      ? true
      : false;

/** Fills in what is not said. The arguments have passed validation before. */
export function planned<T extends Table>(table: T, args: SaidOf<T> & Said): Planned<T> {
  return filledIn(table, args, args) as Planned<T>;
}

type Values = Readonly<Record<string, unknown>>;

function filledIn(table: Table, said: Values, args: Said): Values {
  const entries = Object.entries(table).flatMap(([name, entry]): [string, unknown][] => {
    if (!isGroup(entry)) return isPlanned(entry) ? [[name, valueAt(entry, said[name], args)]] : [];
    const inner = filledIn(entry.group, (said[name] ?? {}) as Values, args);
    return Object.keys(inner).length === 0 ? [] : [[name, inner]];
  });
  return Object.fromEntries(entries);
}

/** What is said of the settings of a group that a plan has: the others may be secret. */
export function plannedOnly<Said extends object>({ group }: Group, said: Said): Partial<Said> {
  return Object.fromEntries(
    Object.entries(said).filter(([name]) => {
      const row = group[name];
      return row !== undefined && isPlanned(row);
    }),
  ) as Partial<Said>;
}

/** Whether a plan has it: also where its default is to say nothing. */
export function isPlanned(row: Row): boolean {
  return "default" in row;
}

function valueAt(row: Row, said: unknown, args: Said): unknown {
  const value = said ?? (typeof row.default === "function" ? row.default(args) : row.default);
  return value === undefined || row.plain === undefined ? value : row.plain(value as never);
}
