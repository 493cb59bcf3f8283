/** Config of the policy about releases. */
export interface Signers {
  /** Fingerprints of keys that releases may be signed with; where it names none, any pinned key will do. */
  fingerprints: string[];
  /** May a checksum of the stack file stand in the place of a signature? */
  checksums: boolean;
}

export const signersDefaults: Signers = { fingerprints: [], checksums: true };

export const signersSchema = {
  fingerprints: {
    type: "array" as const,
    items: { type: "string" as const },
    default: signersDefaults.fingerprints,
    description:
      "Fingerprints of the primary keys that releases may be signed with; where it names none, any pinned key will do.",
  },
  checksums: {
    type: "boolean" as const,
    default: signersDefaults.checksums,
    description: "A checksum in the stack file (`sha256`) may stand in the place of a signature.",
  },
};

/** What is wrong with whom a release is taken from, by the command line of the step that installs it. */
export function signerProblems(command: string, { fingerprints, checksums }: Signers): string[] {
  const said = (key: string) => new RegExp(` ${key}=(\\S+)`).exec(command)?.[1];
  const key = said("signingKey");
  if (key === undefined && said("sha256") === undefined)
    return ["the release is held against neither a signature nor a checksum"];
  if (key === undefined)
    return checksums ? [] : ["the release is held against a checksum, not against a signature"];
  const known = fingerprints.map((one) => one.replace(/[\s:]/g, "").toUpperCase());
  return known.length === 0 || known.includes(key)
    ? []
    : [`the release is held against the key ${key}, which is none of ${known.join(", ")}`];
}
