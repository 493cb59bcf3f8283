import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type PublicKey, readPublicKey } from "./publicKey";

/**
 * The vendor's key for releases, see https://www.hashicorp.com/security; vendor-key.asc is what the Go module
 * hc-install v0.9.2 verifies with. docs/security.md tells how to compare it.
 */
export const VENDOR_KEY = {
  fingerprint: "C874011F0AB405110D02105534365D9472D7468F",
  /** 2026-04-18, in seconds since 1970. What was signed before is taken for good; what is signed later needs a renewed key. */
  expires: 1776549017,
} as const;

/** @throws where the file holds another key than the one that is named here. */
export function vendorKey(): PublicKey {
  const key = readPublicKey(readFileSync(join(__dirname, "vendor-key.asc"), "utf8"));
  const [primary] = key.keys;
  if (primary?.fingerprint !== VENDOR_KEY.fingerprint || primary.expires !== VENDOR_KEY.expires) {
    throw new Error(
      "vendor-key.asc is not the key that vendorKey.ts pins; install the package anew",
    );
  }
  return key;
}
