import { createHash } from "node:crypto";

/** Files by name, to be sent over one stdin. */
export type Files = Record<string, string>;

/** The text that `unpack_files` in `host-lib/files.sh` takes apart; also what a preview shows. */
export function renderFiles(files: Files): string {
  return Object.entries(files)
    .map(([name, content]) => `==> ${name} <==\n${content}`)
    .join("");
}

/** First 12 hex digits of the SHA-256 over the contents in this order; `digest` in `files.sh` does the same. */
export function digest(...contents: string[]): string {
  return createHash("sha256").update(contents.join(""), "utf8").digest("hex").slice(0, 12);
}

/** What is read at a start only. */
export function restarting(files: Files): string[] {
  const first = Object.keys(files).filter((name) => name.startsWith("10-"));
  return [...first, "consul.service", "environment"].map((name) => files[name] as string);
}
