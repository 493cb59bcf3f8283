import { type Problem, problem } from "./problem";
import { text } from "./values";

/** Never shows the key, nor a part of it. */
export const checkPrivateKey = text((key, path): Problem[] => {
  const trouble = privateKeyTrouble(key);
  return trouble === undefined ? [] : problem(path, trouble);
}, "the text of a private key");

const HOW = "give the text of a file such as ~/.ssh/id_ed25519, or name the file in privateKeyFile";
const ENCRYPTED = "is protected by a passphrase, which nobody can type here; give one without";

function privateKeyTrouble(key: string): string | undefined {
  if (/^(ssh-|ecdsa-sha2-)/.test(key) || key.includes("BEGIN PUBLIC KEY")) {
    return `is a public key; ${HOW}`;
  }
  if (key.startsWith("PuTTY-User-Key-File")) {
    return "is in PuTTY's own form; export it in OpenSSH form with puttygen";
  }
  if (key.includes("\\n")) return "has `\\n` in the place of line breaks; keep the lines apart";
  if (/^[/~][^\n]*$/.test(key)) return "looks like a path; that goes into privateKeyFile";
  const match =
    /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\r?\n([\s\S]*?)\r?\n-----END \1PRIVATE KEY-----\s*$/.exec(
      key.trimStart(),
    );
  if (match === null) return `is not a private key in OpenSSH or PEM form; ${HOW}`;
  const [, kind = "", body = ""] = match;
  return bodyTrouble(kind.trim(), body);
}

function bodyTrouble(kind: string, body: string): string | undefined {
  if (kind === "ENCRYPTED" || body.includes("ENCRYPTED")) return ENCRYPTED;
  if (!/^[A-Za-z0-9+/=\s]+$/.test(body)) return `holds what is not base64; ${HOW}`;
  if (kind !== "OPENSSH") return undefined;
  const blob = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (blob.subarray(0, magic.length).toString("latin1") !== magic) {
    return `is cut off or mistyped; ${HOW}`;
  }
  // The name of the cipher comes first, length-prefixed.
  const length = blob.length > magic.length + 4 ? blob.readUInt32BE(magic.length) : 0;
  const cipher = blob.subarray(magic.length + 4, magic.length + 4 + length).toString("latin1");
  return cipher === "none" ? undefined : ENCRYPTED;
}
