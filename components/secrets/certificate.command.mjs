// A server's certificate, of the CA on stdin (its private key and its certificate): a line with what it was made for, then
// its private key and itself. Whoever asks for the same again gets the same; a renewal, other names or another CA make
// another one. The CA's key goes to openssl through a pipe, and lies nowhere.

import { spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const DAYS = 365;
const authority = readFileSync(0, "utf8");
const { RENEWAL = "", NAMES = "" } = process.env;
const asked = `${RENEWAL} ${NAMES}`;

/** The first run of the command. */
export function make() {
  const ca = certificateIn(authority);
  const args = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-keyout", "/dev/stdout", "-sha256", "-days", `${DAYS}`, "-subj", "/CN=Consul server"],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "keyUsage=critical,digitalSignature"],
    ...["-addext", "extendedKeyUsage=serverAuth,clientAuth"],
    ...["-addext", `subjectAltName=${NAMES}`],
    ...["-CA", "/dev/fd/3", "-CAkey", "/dev/stdin"],
  ];
  // What openssl opens by name are pipes: the CA's certificate as 3, its key as stdin. `printf` is the shell's own.
  const script = `key=$(cat); ca=$1; shift
printf '%s\\n' "$ca" | { printf '%s\\n' "$key" | openssl "$@"; } 3<&0 | cat`;
  const { stdout, stderr, error } = spawnSync("sh", ["-c", script, "sh", ca, ...args], {
    encoding: "utf8",
    input: authority,
    env: { PATH: process.env.PATH, OPENSSL_CONF: "/dev/null" },
  });
  if (!isGood(stdout, ca)) {
    console.error(
      `openssl made no certificate; OpenSSL 3 is needed where Pulumi runs, or hand certificates in (tls.certificates): ${error?.message ?? stderr.trim()}`,
    );
    process.exit(1);
  }
  process.stdout.write(`${asked}\n${stdout}`);
}

/** Any later run says what the last one said, but for what is asked for anew. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  const [made, ...pem] = said.split("\n");
  if (made === asked && isGood(pem.join("\n"), certificateIn(authority)))
    process.stdout.write(said);
  else make();
}

/** @param {string} text */
function certificateIn(text) {
  return /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text)?.[0] ?? "";
}

/** Key and certificate belong together, and the CA has signed it. @param {string} pem @param {string} ca */
function isGood(pem, ca) {
  try {
    const certificate = new X509Certificate(certificateIn(pem));
    const issuer = new X509Certificate(ca);
    return (
      certificate.checkPrivateKey(createPrivateKey(pem)) &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey)
    );
  } catch {
    return false;
  }
}
