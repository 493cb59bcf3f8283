import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Certificates of two CAs, made once with openssl, and private keys that everybody knows: `server` is a good one,
 * each of the others lacks what its name says. All but `expired` last a hundred years.
 */
export function tlsFile(name: string): string {
  return readFileSync(join(__dirname, "tls", name), "utf8");
}
