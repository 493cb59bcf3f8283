import {
  createCleartextMessage,
  createMessage,
  generateKey,
  type PrivateKey,
  readKey,
  readPrivateKey,
  reformatKey,
  revokeKey,
  type SecretKeyPacket,
  sign,
} from "openpgp";

/** Throwaway keys of OpenPGP and their signatures, at any time: of a kind that GnuPG 2.2 reads. */

/** When those keys are made; they last for a year where they end. */
export const made = new Date("2020-01-01T00:00:00Z");
export const ended = new Date("2020-12-31T00:00:00Z");
const YEAR_S = 365 * 24 * 3600;

export interface Pair {
  key: PrivateKey;
  /** In armour. */
  publicKey: string;
  /** Of the primary key, as people write it. */
  fingerprint: string;
}

export async function makePair(name: string, subkeys: { sign: true }[] = []): Promise<Pair> {
  const { privateKey, publicKey } = await generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name }],
    date: made,
    subkeys,
    format: "armored",
  });
  const key = await readPrivateKey({ armoredKey: privateKey });
  return { key, publicKey, fingerprint: key.getFingerprint().toUpperCase() };
}

/** The same key as others see it whose owner has given it a year; signing goes on with the one that has no end. */
export async function thatEnds({ key }: Pair, date = made): Promise<string> {
  const { publicKey } = await reformatKey({
    privateKey: key,
    userIDs: [{ name: "ends" }],
    keyExpirationTime: YEAR_S,
    date,
    format: "armored",
  });
  return publicKey;
}

export async function revoked({ key }: Pair): Promise<string> {
  return (await revokeKey({ key, format: "armored" })).publicKey;
}

/** The armoured key with its subkeys revoked: the primary key that has the right to say so is that of the pair. */
export async function withRevokedSubkeys(armoredKey: string, { key }: Pair): Promise<string> {
  const others = await readKey({ armoredKey });
  const owner = key.keyPacket as SecretKeyPacket;
  others.subkeys = await Promise.all(others.subkeys.map((subkey) => subkey.revoke(owner)));
  return others.armor();
}

/** Detached and binary, as the vendor's. */
export async function signatureOf(text: string, { key }: Pair, date = ended): Promise<Buffer> {
  const message = await createMessage({ binary: Buffer.from(text) });
  return Buffer.from(
    await sign({ message, signingKeys: key, detached: true, format: "binary", date }),
  );
}

/** The text and its signature in one, in both of OpenPGP's forms. */
export async function signedText(text: string, { key }: Pair, date = ended): Promise<Buffer[]> {
  const message = await createMessage({ binary: Buffer.from(text) });
  const cleartext = await createCleartextMessage({ text });
  return [
    Buffer.from(await sign({ message, signingKeys: key, format: "binary", date })),
    Buffer.from(await sign({ message: cleartext, signingKeys: key, date })),
  ];
}

/** The packets of an armoured key. */
export async function bytesOf(armoredKey: string): Promise<Buffer> {
  return Buffer.from((await readKey({ armoredKey })).write());
}
