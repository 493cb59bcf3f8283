import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { runOrFail } from "../system/command";

/** The public key to the private one in `file`, which is made where it is missing. */
export async function ensureKeyPair(file: string): Promise<string> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await runOrFail(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file]);
  }
  return readFileSync(`${file}.pub`, "utf8").trim();
}
