import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "fflate";

/**
 * A script that arrives on a host's stdin, as one that unpacks and runs it. A state holds each stdin twice, and the engine
 * writes it again at every step: what stands there is paid for with each host.
 *
 * The same text gives the same bytes on every computer, where Node's own compression differs from version to version and
 * from processor to processor, and other bytes would be a change.
 *
 * @param title - What it is, for people who meet it in a preview.
 * @param script - Whole lines.
 */
export function packed(title: string, script: string): string {
  const text = `${script}# end of the packed script`;
  const bytes = gzipSync(Buffer.from(text), { level: 9, mem: 8, mtime: 0 });
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,1000}/g) ?? [];
  return [
    `# ${title}, packed: base64 -d | gzip -d shows it.`,
    `packed_script() {\ncat <<'${end}'`,
    ...lines,
    `${end}\n}`,
    readFileSync(join(__dirname, "unpack.sh"), "utf8"),
  ].join("\n");
}

/** Ends the here-document; no line of base64 is like it. */
const end = "CONSUL_CLUSTER_END_OF_PACKED";
