import { isObject, merge } from "../render/json";
import { isPlanned } from "./planned";
import { rowsOf, type Table, type Written } from "./setting";

/** A plan in Consul's names and nesting: what the table's rows write on the host at this address. */
export function inConsulsNames(
  table: Table,
  plan: Written["plan"],
  address: string,
): Record<string, unknown> {
  return rowsOf(table).reduce<Record<string, unknown>>((whole, { argument, row }) => {
    if (row.consul === undefined || !isPlanned(row)) return whole;
    const value = valueAt(plan, argument);
    const written =
      value === undefined || row.written === undefined
        ? value
        : row.written(value as never, { plan, address });
    return written === undefined ? whole : merge(whole, nested(row.consul, written));
  }, {});
}

function valueAt(plan: object, argument: string): unknown {
  return argument
    .split(".")
    .reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), plan);
}

/** `a.b` as `{ a: { b: value } }`. */
function nested(key: string, value: unknown): Record<string, unknown> {
  return key
    .split(".")
    .reverse()
    .reduce((inside, step) => ({ [step]: inside }), value) as Record<string, unknown>;
}
