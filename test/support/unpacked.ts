import { gunzipSync } from "node:zlib";

/** A step's stdin with its packed script as text: for tests that read what a host is asked to run. */
export function unpacked(stdin: string): string {
  return stdin.replace(/^packed_script\(\) \{\ncat <<'(\w+)'\n(.*?)\1\n\}$/ms, (_, __, base64) =>
    gunzipSync(Buffer.from(base64, "base64")).toString(),
  );
}
