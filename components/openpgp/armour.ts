/** What is wrong with a text that should be a public key. Tells nothing of the text itself, which may be anything. */
export class KeyTrouble extends Error {}

const BLOCK = /-----BEGIN PGP ([A-Z ]+?)-----\r?\n([\s\S]*?)-----END PGP \1-----/g;

/** The bytes in the one ASCII armour of a text (RFC 9580, section 6): what stands around it is nobody's. */
export function dearmour(text: string, kind: string): Buffer {
  const blocks = [...text.matchAll(BLOCK)];
  const [first, ...others] = blocks;
  if (first === undefined) throw new KeyTrouble("holds no whole block of OpenPGP");
  if (others.length > 0) throw new KeyTrouble(`holds ${blocks.length} blocks of OpenPGP, not one`);
  const [, found, inner = ""] = first;
  if (found !== kind) throw new KeyTrouble(`holds a ${found?.toLowerCase()}`);
  return decode(inner);
}

/** Headers, if any, an empty line, base64, and `=` with a checksum. */
function decode(inner: string): Buffer {
  const lines = inner.split("\n").map((line) => line.trim());
  const start = lines.indexOf("");
  const body = lines.slice(start + 1).filter((line) => line !== "");
  const sum = body.at(-1)?.startsWith("=") ? body.pop()?.slice(1) : undefined;
  const base64 = body.join("");
  const bytes = Buffer.from(base64, "base64");
  const isWhole = start !== -1 && bytes.length > 0 && bytes.toString("base64") === base64;
  if (!isWhole || (sum !== undefined && sum !== crc24(bytes).toString("base64"))) {
    throw new KeyTrouble("is cut off or mistyped");
  }
  return bytes;
}

function crc24(bytes: Buffer): Buffer {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return Buffer.from([(crc >> 16) & 255, (crc >> 8) & 255, crc & 255]);
}
