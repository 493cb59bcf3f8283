import { readFileSync } from "node:fs";
import type { ClusterPlan } from "../../cluster/plan";
import { type PublicKey, readPublicKey } from "../../openpgp/publicKey";
import { vendorKey } from "../../openpgp/vendorKey";

/** By what the release step knows a release for what it should be: a signature, or a checksum. */
export interface Trust {
  /** Fingerprint of the primary key, for people to compare; "" where a checksum takes its place. */
  signingKey: string;
  /** `amd64:0123...,arm64:4567...`; "" where a signature is asked for. */
  sha256: string;
  /** Shell that brings the key itself along, in front of the installer. */
  key: string;
}

type Given = Pick<ClusterPlan, "signingKey" | "signingKeyFile" | "sha256">;

/** The settings have passed validation before. */
export function trustOf({ signingKey, signingKeyFile, sha256 }: Given): Trust {
  const sums = Object.entries(sha256).map(([architecture, sum]) => `${architecture}:${sum}`);
  if (sums.length > 0) {
    // In the order of their names: that of a map says nothing.
    return { signingKey: "", sha256: sums.sort().join(",").toLowerCase(), key: "" };
  }
  const armoured = signingKeyFile === "" ? signingKey : readFileSync(signingKeyFile, "utf8");
  const key = armoured === "" ? vendorKey() : readPublicKey(armoured);
  return { signingKey: key.fingerprint, sha256: "", key: asShell(key) };
}

/** Without armour, since gpgv takes none; in lines, so that a preview shows which of them are others. */
export function asShell({ keys, bytes }: PublicKey): string {
  const ends = keys
    .map(({ fingerprint, expires, revoked }) => `${fingerprint}:${revoked ? "revoked" : expires}`)
    .join(" ");
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `SIGNING_KEYS='${ends}'\nSIGNING_KEY='\n${lines.join("\n")}'\n`;
}
