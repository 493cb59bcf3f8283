/** A value that is marked as secret on its way to the engine. */
export class Secret {
  constructor(readonly value: unknown) {}
}

/** A value that a preview does not know. */
export class Unknown {}

export type Values = Record<string, unknown>;

// The engine's protocol: sdk/nodejs/runtime/rpc.ts.
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value of the protocol with its envelopes taken off. */
export function fromWire(value: unknown): unknown {
  if (value === unknownString) return new Unknown();
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Values;
  if (fields[signature] === secretSignature) return new Secret(fromWire(fields.value));
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fromWire(field)]));
}

/** Where a text occurs in a value: paths, and whether it is secret there. */
export interface Occurrence {
  path: string;
  secret: boolean;
}

export function occurrences(value: unknown, text: string, path = "", secret = false): Occurrence[] {
  if (value instanceof Secret) return occurrences(value.value, text, path, true);
  if (typeof value === "string") return value.includes(text) ? [{ path, secret }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...(key.includes(text) ? [{ path: `${path}.${key}`, secret }] : []),
    ...occurrences(member, text, path === "" ? key : `${path}.${key}`, secret),
  ]);
}

/** The value itself, whether or not it is secret. */
export function reveal(value: unknown): unknown {
  return value instanceof Secret ? value.value : value;
}
