import { isGroup, type Row, type Table } from "../settings/setting";
import type { Problem } from "./problem";
import { type Check, each, type Fields, object, optional } from "./values";

/** The arguments of a table, as far as each can be judged by itself. `path`: where the table stands. */
export function checkRows(table: Table, args: Fields, path = ""): Problem[] {
  const checks = Object.entries(table).flatMap(([name, entry]): [string, Check][] => {
    if (!isGroup(entry)) return checkOf(entry).map((check) => [name, check]);
    const judged = Object.values(entry.group).some((row) => checkOf(row).length > 0);
    const inside: Check = object((fields, at) => checkRows(entry.group, fields, at));
    return judged ? [[name, optional(inside)]] : [];
  });
  return each(args, path, Object.fromEntries(checks));
}

function checkOf({ check }: Row): Check[] {
  return check === undefined ? [] : [optional(check)];
}
