import { KeyTrouble } from "./armour";

export interface Packet {
  tag: number;
  body: Buffer;
}

const CUT_OFF = "is cut off or mistyped";

/** The packets of an OpenPGP message (RFC 9580, section 4.2), in both of their forms. */
export function readPackets(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { tag, start, length } = readHeader(bytes, at);
    const body = bytes.subarray(start, start + length);
    if (body.length !== length) throw new KeyTrouble(CUT_OFF);
    packets.push({ tag, body });
    at = start + length;
  }
  return packets;
}

function readHeader(bytes: Buffer, at: number): { tag: number; start: number; length: number } {
  const first = byteAt(bytes, at);
  if ((first & 0x80) === 0) throw new KeyTrouble(CUT_OFF);
  if (first & 0x40) return { tag: first & 0x3f, ...readLength(bytes, at + 1) };
  const size = [1, 2, 4][first & 3];
  if (size === undefined || at + 1 + size > bytes.length) throw new KeyTrouble(CUT_OFF);
  const length = bytes.readUIntBE(at + 1, size);
  return { tag: (first >> 2) & 15, start: at + 1 + size, length };
}

/** Also that of a subpacket, which has no partial lengths: those are no part of a key. */
function readLength(bytes: Buffer, at: number): { start: number; length: number } {
  const first = byteAt(bytes, at);
  if (first < 192) return { start: at + 1, length: first };
  if (first < 224) {
    return { start: at + 2, length: ((first - 192) << 8) + byteAt(bytes, at + 1) + 192 };
  }
  if (first < 255 || at + 5 > bytes.length) throw new KeyTrouble(CUT_OFF);
  return { start: at + 5, length: bytes.readUInt32BE(at + 1) };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new KeyTrouble(CUT_OFF);
  return byte;
}

/** What a signature of version 4 says of a key. */
export interface Signature {
  type: number;
  /** Seconds since 1970. */
  created: number;
  /** Seconds from the making of the key to its end; 0 where it has none. */
  keyLifetime: number;
  /** Of the key that made it: the last 16 digits of its fingerprint. */
  issuer: string;
}

/** undefined: of a version that GnuPG does not make for keys of version 4. */
export function readSignature(body: Buffer): Signature | undefined {
  if (body[0] !== 4) return undefined;
  const hashed = area(body, 4);
  const unhashed = area(body, 6 + hashed.length);
  const signed = subpackets(hashed);
  const number = (kind: number) => (signed.get(kind)?.length === 4 ? signed.get(kind) : undefined);
  // Who it is by may stand where it is not signed: a lie there makes it nobody's.
  const issuer = signed.get(33)?.subarray(-8) ?? subpackets(unhashed).get(16) ?? signed.get(16);
  return {
    type: byteAt(body, 1),
    created: number(2)?.readUInt32BE() ?? 0,
    keyLifetime: number(9)?.readUInt32BE() ?? 0,
    issuer: issuer?.toString("hex").toUpperCase() ?? "",
  };
}

function area(body: Buffer, at: number): Buffer {
  if (at + 2 > body.length) throw new KeyTrouble(CUT_OFF);
  const length = body.readUInt16BE(at);
  if (at + 2 + length > body.length) throw new KeyTrouble(CUT_OFF);
  return body.subarray(at + 2, at + 2 + length);
}

/** By their kind; of two of a kind the last one, as GnuPG has it. */
function subpackets(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const { start, length } = readLength(bytes, at);
    if (length === 0 || start + length > bytes.length) throw new KeyTrouble(CUT_OFF);
    // The highest bit says that whoever does not know the kind has to stop.
    found.set(byteAt(bytes, start) & 0x7f, bytes.subarray(start + 1, start + length));
    at = start + length;
  }
  return found;
}
