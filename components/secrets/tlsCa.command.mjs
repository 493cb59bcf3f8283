// The CA of a cluster's certificates: its private key, then its certificate, made by openssl out of nothing that lies
// on a disk or stands in a command line.

import { spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";

const DAYS = 3650;

/** The first run of the command. */
export function make() {
  const args = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-keyout", "/dev/stdout", "-sha256", "-days", `${DAYS}`, "-subj", "/CN=Consul CA"],
    ...["-addext", "basicConstraints=critical,CA:TRUE,pathlen:0"],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ...["-addext", "subjectKeyIdentifier=hash"],
  ];
  // Behind a pipe stdout has a name that openssl can open; what Node gives it is a socket.
  const { stdout, stderr, error } = spawnSync("sh", ["-c", 'openssl "$@" | cat', "sh", ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, OPENSSL_CONF: "/dev/null" },
  });
  try {
    if (!new X509Certificate(stdout).checkPrivateKey(createPrivateKey(stdout))) throw error;
  } catch {
    console.error(
      `openssl made no CA; OpenSSL 3 is needed where Pulumi runs, or hand certificates in (tls.certificates): ${error?.message ?? stderr.trim()}`,
    );
    process.exit(1);
  }
  process.stdout.write(stdout);
}

/** Any later run says what the last one said. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  if (!said) {
    console.error(
      "the CA of the certificates is not in the stack's state any more: bring the state back, for the servers trust no other",
    );
    process.exit(1);
  }
  process.stdout.write(said);
}
