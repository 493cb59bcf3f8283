import { type Field, type Interface, parseInterfaces } from "../../../reference/argsFile";
import { clusterArgs } from "../../../reference/files";

const interfaces = parseInterfaces(clusterArgs());

function found(interfaceName: string): Interface {
  const found = interfaces.get(interfaceName);
  if (!found) throw new Error(`args.ts has no interface ${interfaceName}`);
  return found;
}

/** The fields of an interface in args.ts, those of the interfaces that it extends included. */
export function fieldsOf(interfaceName: string): Field[] {
  return found(interfaceName).fields;
}

/** What the `@default` lines of an interface in args.ts promise, by property, as they are written. */
export function promisedDefaults(interfaceName: string): Record<string, string> {
  return Object.fromEntries(
    found(interfaceName).own.flatMap((field) =>
      field.default === undefined ? [] : [[field.name, field.default]],
    ),
  );
}
