import { problem, show } from "./problem";
import { text } from "./values";

/** Kinds of host keys, with the number of fields in their blob (RFC 4253, 5656, 8709). */
const FIELDS = new Map([
  ["ssh-ed25519", 2],
  ["ecdsa-sha2-nistp256", 3],
  ["ecdsa-sha2-nistp384", 3],
  ["ecdsa-sha2-nistp521", 3],
  ["ssh-rsa", 3],
]);

const EXAMPLE = '"ssh-ed25519 AAAA...", the line of /etc/ssh/ssh_host_ed25519_key.pub';

/**
 * Of an RSA key the Command plugin asks for a signature with SHA-1 alone, which OpenSSH gives no more since 8.8: no such host would ever
 * be reached (test/conformance/dial.test.ts).
 */
const RSA =
  "is an RSA key, which the Command plugin cannot use with OpenSSH 8.8 or newer; give another of the host's keys, " +
  `${EXAMPLE}, or an ecdsa-sha2 one; \`ssh-keyscan -t ed25519 HOST\` shows it`;

/** A host's public key. It is no secret, unlike what a user may have put in its place. */
export const checkHostKey = text((hostKey, path) => {
  // The line break at the end of a file does no harm.
  const trouble = hostKeyTrouble(hostKey.trim());
  return trouble === undefined ? [] : problem(path, trouble);
}, `the host's public key, ${EXAMPLE}`);

function hostKeyTrouble(hostKey: string): string | undefined {
  if (hostKey.includes("PRIVATE KEY"))
    return `holds a private key; give the public one, ${EXAMPLE}`;
  if (/[\n\r]/.test(hostKey)) return `has more than one line; give one key, ${EXAMPLE}`;
  if (hostKey.startsWith("SHA256:") || hostKey.startsWith("MD5:")) {
    return `${show(hostKey)} is a fingerprint; give the whole key, ${EXAMPLE}`;
  }
  const [type = "", blob = ""] = hostKey.split(/[ \t]+/);
  if (FIELDS.has(blob)) {
    return `${show(hostKey)} starts with a host, as ssh-keyscan prints it; leave ${show(type)} off`;
  }
  const fields = FIELDS.get(type);
  if (fields === undefined) {
    return `${show(hostKey)} is not a host key of a known type; give ${EXAMPLE}`;
  }
  const parts = sshFields(blob);
  if (parts === undefined || parts.length !== fields) {
    return `${show(hostKey)} is cut off or mistyped behind ${show(type)}; give ${EXAMPLE}`;
  }
  const inner = parts[0]?.toString("latin1");
  if (inner !== type) return `${show(hostKey)} says ${show(type)}, but its key is another type's`;
  return type === "ssh-rsa" ? `${show(hostKey)} ${RSA}` : undefined;
}

/** The length-prefixed fields of a key in base64; undefined where they do not fill it exactly. */
function sshFields(base64: string): Buffer[] | undefined {
  const blob = Buffer.from(base64, "base64");
  if (blob.toString("base64") !== base64) return undefined;
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= blob.length) {
    const end = offset + 4 + blob.readUInt32BE(offset);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return offset === blob.length && fields.length > 0 ? fields : undefined;
}
