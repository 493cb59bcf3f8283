import { readFileSync } from "node:fs";
import { layoutOf } from "../../../lab/pulumi/layout";
import type { TestStack } from "../stack";

/** Something that nobody may read, by the name under which a leak is reported. */
export interface Secret {
  name: string;
  value: string;
}

/** A secret as it may be written somewhere. */
export interface Pattern {
  name: string;
  encoding: string;
  text: string;
}

/** A single place of a secret in a text: what of it, in which encoding; never the secret itself. */
export type Leak = Pick<Pattern, "name" | "encoding">;

/** Every secret in every encoding; all of them on one line, for grep takes them by lines. */
export function patternsOf(secrets: readonly Secret[]): Pattern[] {
  const patterns = secrets.flatMap(({ name, value }) =>
    Object.entries(encodings(value)).map(([encoding, text]) => ({ name, encoding, text })),
  );
  const short = patterns.find(({ text }) => text.length < 8 || text.includes("\n"));
  if (short) throw new Error(`${short.name}: too short to look for, or of several lines`);
  const seen = new Set<string>();
  return patterns.filter(({ text }) => !seen.has(text) && seen.add(text));
}

function encodings(value: string): Record<string, string> {
  const json = JSON.stringify(value).slice(1, -1);
  return {
    raw: value,
    JSON: json,
    "JSON in JSON": JSON.stringify(json).slice(1, -1),
    URL: encodeURIComponent(value),
    "a form's URL": new URLSearchParams([["", value]]).toString().slice(1),
    "a shell's quotes": value.replaceAll("'", "'\\''"),
    ...inBase64(value, "base64"),
    ...inBase64(value, "base64url"),
  };
}

/** Within a longer text it begins at one of three places of a group; what depends on its neighbours is left out. */
function inBase64(value: string, kind: "base64" | "base64url"): Record<string, string> {
  const places = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const text = bytes.toString(kind).slice(Math.ceil((before * 4) / 3));
    return [`${kind}, place ${before}`, text.slice(0, Math.floor((value.length * 4) / 3) - 1)];
  });
  return Object.fromEntries(places);
}

/** Which secrets are in a text; also where lines of base64 have been broken. */
export function leaksIn(text: string, patterns: readonly Pattern[]): Leak[] {
  const joined = text.replaceAll(/\\n|\s/g, "");
  return patterns
    .filter((pattern) => (/\\n|\s/.test(pattern.text) ? text : joined).includes(pattern.text))
    .map(({ name, encoding }) => ({ name, encoding }));
}

/** Lines of a private key that hold something of it, and nothing of the public one that stands elsewhere, too. */
export function linesOfKey(pem: string): string[] {
  const lines = pem.trim().split("\n").slice(1, -1);
  return /OPENSSH/.test(pem) ? lines.slice(2, -1) : lines.slice(0, 2);
}

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** What a stack's state and its passphrase keep from everybody, with the tokens that are made of its seed. */
export async function secretsOf(stack: TestStack): Promise<Secret[]> {
  const secrets: Secret[] = [
    { name: "passphrase of the state", value: readFileSync(layoutOf().passphrase, "utf8").trim() },
  ];
  for (const { name, text } of await stack.secretTexts()) {
    const keys = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END/g) ?? [];
    for (const line of keys.flatMap(linesOfKey))
      secrets.push({ name: `${name}: a private key`, value: line });
    // What a token is known by is no secret; it stands before it, or before a dash (`acl-tokens` in components/render/acl.ts).
    const shown = new Set(text.match(new RegExp(`${uuid}(?= (?:${uuid}|-$))`, "gm")));
    // Those of zeros are Consul's own names.
    for (const value of text.match(new RegExp(uuid, "g")) ?? [])
      if (!shown.has(value) && !value.startsWith("00000000-"))
        secrets.push({ name: `${name}: a token`, value });
    // 32 bytes in base64: gossip keys, and the seed of tokens.
    for (const value of text.match(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?!=)/g) ?? [])
      secrets.push({ name: `${name}: 32 bytes`, value });
  }
  return secrets;
}
