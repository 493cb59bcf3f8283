import { join } from "node:path";
import {
  all,
  type CustomResourceOptions,
  type Output,
  output,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import type { TlsArgs } from "../cluster/args";
import { caDigests } from "../render/tls";
import { pemBlocks } from "../validate/pem";
import { secretCommand } from "./secretCommand";

const script = join(__dirname, "tlsCa.command.mjs");

/** The CAs of a cluster: of those that are trusted, the first one has signed what the servers show. */
export interface Authorities {
  /** Private key and certificate of the one that signs, a secret; undefined where certificates are handed in. */
  signing?: Output<string>;
  /** Certificates of all that are trusted, PEM. */
  trusted: Output<string>;
}

/** Which of those that are made with the stack there shall be. */
function madeOnes({ authorities, caCertificate }: TlsArgs): number[] {
  return authorities ?? (caCertificate === undefined ? [1] : []);
}

/** Those that are made are made once, and kept in the stack's state, encrypted; a key goes nowhere else. */
export function authoritiesOf(
  name: string,
  tls: TlsArgs,
  opts: CustomResourceOptions,
): Authorities {
  const made = madeOnes(tls).map(
    (number) => secretCommand(`${name}-tls-ca${suffixOf(number)}`, script, {}, opts).stdout,
  );
  const { caCertificate, caKey, trustedCaCertificates } = tls;
  const given = caCertificate === undefined ? undefined : output(caCertificate);
  const signing =
    given === undefined
      ? made[0]
      : caKey && secret(all([caKey, given]).apply((pems) => pems.join("\n")));
  const certificates = all([given, all(made), trustedCaCertificates]).apply(
    ([first = "", own, others = ""]) =>
      [first, ...own, others].flatMap((text?: string) => pemBlocks(text ?? "", "CERTIFICATE")),
  );
  return {
    ...(signing && { signing }),
    trusted: unsecret(certificates.apply((blocks) => blocks.join(""))),
  };
}

/**
 * Names of the CAs that tell one from another, the one that signs first; with what is made known by its number, they are known
 * before anything is made.
 */
export function authorityNames(tls: TlsArgs): Output<string[]> {
  const made = madeOnes(tls).map((number) => `made${suffixOf(number)}`);
  return unsecret(
    all([tls.caCertificate, tls.trustedCaCertificates]).apply(([given = "", others = ""]) => [
      ...caDigests(given),
      ...made,
      ...caDigests(others),
    ]),
  );
}

/** The first one was there before there were others. */
function suffixOf(number: number): string {
  return number === 1 ? "" : `-${number}`;
}
