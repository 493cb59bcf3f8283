import { createHash } from "node:crypto";
import { dearmour, KeyTrouble } from "./armour";
import { type Packet, readPackets, readSignature, type Signature } from "./packets";

/** A public key that releases are held against: a primary key with its subkeys, of which any may sign. */
export interface PublicKey {
  /** Of the primary key: 40 hex digits in capitals. */
  fingerprint: string;
  /** The primary key first. */
  keys: SigningKey[];
  /** As gpgv wants it, without armour. */
  bytes: Buffer;
}

interface SigningKey {
  fingerprint: string;
  /** When it ended or will end, in seconds since 1970; 0 where it never does. A subkey ends with its primary key. */
  expires: number;
  /** By its primary key. GnuPG is silent about it where the subkey has ended as well. */
  revoked: boolean;
}

const TAG = { signature: 2, privateKey: 5, publicKey: 6, privateSubkey: 7, subkey: 14 } as const;
/** What GnuPG leaves beside them: a marker, its own notes, a user's name, a user's picture, padding. */
const PASSED_OVER = [10, 12, 13, 17, 21];
const REVOKED = 0x20;
const SUBKEY_REVOKED = 0x28;
/** Of a user's name by the key itself, of whatever certainty, and of the key without a name. */
const OF_PRIMARY = [0x10, 0x11, 0x12, 0x13, 0x1f];
const OF_SUBKEY = [0x18];

/**
 * Reads an armoured public key for what has to be known beforehand: its fingerprint, and until when it may sign. That
 * its own signatures hold is gpgv's to say, which takes no key for a signer without them.
 *
 * @throws {KeyTrouble}
 */
export function readPublicKey(armoured: string): PublicKey {
  const bytes = dearmour(armoured, "PUBLIC KEY BLOCK");
  const packets = readPackets(bytes);
  refuseOthers(packets);
  const [primary, ...subkeys] = withSignatures(packets).map(ended);
  if (primary === undefined) throw new KeyTrouble("holds no key");
  const keys = [primary, ...subkeys.map((key) => ({ ...key, expires: sooner(key, primary) }))];
  return {
    fingerprint: primary.fingerprint,
    keys,
    bytes,
  };
}

function refuseOthers(packets: Packet[]): void {
  const tags = packets.map(({ tag }) => tag);
  if (tags.some((tag) => tag === TAG.privateKey || tag === TAG.privateSubkey)) {
    throw new KeyTrouble("holds a private key");
  }
  const known: number[] = [TAG.signature, TAG.publicKey, TAG.subkey, ...PASSED_OVER];
  if (tags[0] !== TAG.publicKey || tags.some((tag) => !known.includes(tag))) {
    throw new KeyTrouble("holds something that is no public key");
  }
  const count = tags.filter((tag) => tag === TAG.publicKey).length;
  if (count > 1) throw new KeyTrouble(`holds ${count} keys, not one`);
}

interface Bound {
  key: Packet;
  signatures: Signature[];
  /** By itself or, of a subkey, by its primary key: others say what they like. */
  isPrimary: boolean;
}

/** Each key with the signatures that the primary key has made for it. */
function withSignatures(packets: Packet[]): Bound[] {
  const bound: Bound[] = [];
  let primary = "";
  for (const packet of packets) {
    if (packet.tag === TAG.publicKey || packet.tag === TAG.subkey) {
      const isPrimary = packet.tag === TAG.publicKey;
      if (isPrimary) primary = fingerprintOf(packet);
      bound.push({ key: packet, signatures: [], isPrimary });
    } else if (packet.tag === TAG.signature) {
      const signature = readSignature(packet.body);
      const isOwn = signature !== undefined && primary.endsWith(signature.issuer);
      if (isOwn && signature.issuer !== "") bound.at(-1)?.signatures.push(signature);
    }
  }
  return bound;
}

function ended({ key, signatures, isPrimary }: Bound): SigningKey {
  if (isPrimary && signatures.some(({ type }) => type === REVOKED)) {
    throw new KeyTrouble("is revoked");
  }
  const kinds = isPrimary ? OF_PRIMARY : OF_SUBKEY;
  // The last word counts, where an end was put off or moved up.
  const [last] = signatures
    .filter(({ type }) => kinds.includes(type))
    .sort((a, b) => b.created - a.created);
  if (isPrimary && last === undefined) throw new KeyTrouble("is not signed by itself");
  const lifetime = last?.keyLifetime ?? 0;
  const expires = lifetime === 0 ? 0 : key.body.readUInt32BE(1) + lifetime;
  const revoked = !isPrimary && signatures.some(({ type }) => type === SUBKEY_REVOKED);
  return { fingerprint: fingerprintOf(key), expires, revoked };
}

function sooner(a: SigningKey, b: SigningKey): number {
  return a.expires === 0 || b.expires === 0
    ? a.expires + b.expires
    : Math.min(a.expires, b.expires);
}

function fingerprintOf({ body }: Packet): string {
  const version = body[0];
  if (version !== 4 || body.length < 6) {
    throw new KeyTrouble(`is a key of version ${version ?? 0}, and GnuPG on hosts reads version 4`);
  }
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  const hash = createHash("sha1")
    .update(Buffer.from([0x99]))
    .update(length)
    .update(body);
  return hash.digest("hex").toUpperCase();
}
