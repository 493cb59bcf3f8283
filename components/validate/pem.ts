import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Problem, problem } from "./problem";
import { type Check, text } from "./values";

/** Never shows the key, nor a part of it. */
export const checkKey: Check = text(
  (pem, path) =>
    privateKeyIn(pem) === undefined
      ? problem(path, "is no private key in PEM without a passphrase")
      : [],
  "a private key in PEM",
);

/** `which`: one of several, in words. */
export function checkDates(
  { validFrom, validTo }: X509Certificate,
  path: string,
  which = "",
): Problem[] {
  const now = Date.now();
  if (Date.parse(validTo) <= now) return problem(path, `${which}has ended on ${validTo}`);
  return Date.parse(validFrom) > now ? problem(path, `${which}begins on ${validFrom} only`) : [];
}

/** None, where one of them is not to be read. */
export function certificatesIn(value: unknown): X509Certificate[] {
  if (typeof value !== "string") return [];
  try {
    return pemBlocks(value, "CERTIFICATE").map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

export function privateKeyIn(value: unknown): KeyObject | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return createPrivateKey(value);
  } catch {
    return undefined;
  }
}

/** The blocks of a PEM text of this kind, each by itself. */
export function pemBlocks(text: string, kind: "CERTIFICATE" | "PRIVATE KEY"): string[] {
  const blocks =
    text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g)?.filter((block) => {
      const [, found = ""] = /^-----BEGIN ([A-Z ]+)-----/.exec(block) ?? [];
      return kind === "CERTIFICATE" ? found === kind : found.endsWith(kind);
    }) ?? [];
  return blocks.map((block) => `${block}\n`);
}
