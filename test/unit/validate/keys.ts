import { generateKeyPairSync, randomBytes } from "node:crypto";

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A host key in the form of a `.pub` file, with as many fields as its type has; its numbers are random. */
export function hostKey(type: string, inner = type): string {
  const fields = inner === "ssh-ed25519" ? [randomBytes(32)] : [randomBytes(8), randomBytes(64)];
  const blob = Buffer.concat([inner, ...fields].map(field));
  return `${type} ${blob.toString("base64")}`;
}

function pem(kind: string, body: Buffer): string {
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n");
}

/** The envelope of an OpenSSH key; what is inside of it nobody reads here. */
export function openSshKey(cipher = "none"): string {
  const magic = Buffer.from("openssh-key-v1\0", "latin1");
  return pem("OPENSSH PRIVATE KEY", Buffer.concat([magic, field(cipher), randomBytes(200)]));
}

/** Keys as other tools write them. */
export function pemKeys(): Record<string, string> {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return {
    pkcs8: ec.export({ type: "pkcs8", format: "pem" }).toString(),
    ec: ec.export({ type: "sec1", format: "pem" }).toString(),
    rsa: rsa.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}

/** The same with a passphrase. */
export function encryptedKeys(): Record<string, string> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const lock = { cipher: "aes-256-cbc", passphrase: "open sesame", format: "pem" } as const;
  return {
    pkcs8: privateKey.export({ type: "pkcs8", ...lock }).toString(),
    rsa: privateKey.export({ type: "pkcs1", ...lock }).toString(),
    openssh: openSshKey("aes256-ctr"),
    // Not encrypted, but not private either.
    public: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}
