import type { X509Certificate } from "node:crypto";
import { planSettings } from "../cluster/plan";
import { serverName } from "../render/tls";
import { tls as rows } from "../settings/security";
import { hasHttps } from "../settings/tlsModes";
import { certificatesIn, checkDates, checkKey, privateKeyIn } from "./pem";
import { type Problem, problem } from "./problem";
import { checkRows } from "./rows";
import { allServers } from "./servers";
import {
  type Check,
  each,
  type Fields,
  fieldsOf,
  isFields,
  object,
  optional,
  text,
} from "./values";

/** What is said of TLS. A certificate may be shown in a message, a key never, nor a part of it. */
export function checkTls(args: Fields): Problem[] {
  return [
    ...optional(
      object((tls, path) => [
        ...checkRows(rows.tls.group, tls, path),
        ...checkTogether(tls, path),
        ...checkCertificates(args, tls, `${path}.certificates`),
      ]),
    )(args.tls, "tls"),
    ...checkHttpsAddress(args),
    ...checkCallers(args),
  ];
}

/** "off" where there is none, or nothing that makes sense is said of it. */
export function modeOf(args: Fields): string {
  if (!isFields(args.tls)) return "off";
  const { mode = "required" } = args.tls;
  return typeof mode === "string" ? mode : "off";
}

/** Made with the stack, or of a CA that is handed in, or handed in themselves. */
function checkTogether(tls: Fields, path: string): Problem[] {
  return [
    ...checkSource(tls, path),
    // An SDK of another language fills the default in.
    ...((tls.renewal ?? 0) !== 0 && tls.certificates !== undefined
      ? problem(`${path}.renewal`, "has no effect on certificates that are handed in; leave it out")
      : []),
  ];
}

function checkSource(fields: Fields, path: string): Problem[] {
  const { caCertificate, caKey, certificates, trustedCaCertificates } = fields;
  const [own] = certificatesIn(caCertificate);
  if (own && certificatesIn(trustedCaCertificates).some(({ raw }) => raw.equals(own.raw)))
    return problem(
      `${path}.trustedCaCertificates`,
      "holds caCertificate, which is trusted as it is; leave it out there",
    );
  const given = [caKey, certificates].filter((value) => value !== undefined).length;
  if (caCertificate === undefined)
    return given === 0
      ? []
      : problem(`${path}.caCertificate`, "is missing; give the certificate of the CA");
  if (given !== 1)
    return problem(
      path,
      "beside caCertificate give exactly one of caKey (certificates are made with it) and certificates (the servers' own)",
    );
  const key = privateKeyIn(caKey);
  return own && key && !own.checkPrivateKey(key)
    ? problem(`${path}.caKey`, "is not the key of caCertificate")
    : [];
}

function checkCertificates(args: Fields, tls: Fields, path: string): Problem[] {
  if (!isFields(tls.certificates)) return [];
  const given = tls.certificates;
  const servers = allServers(args).flatMap(({ entry }) => {
    const { name } = fieldsOf(entry);
    return typeof name === "string" ? [name] : [];
  });
  return [
    ...servers
      .filter((name) => given[name] === undefined)
      .flatMap((name) => problem(`${path}.${name}`, "is missing; every server needs one")),
    ...Object.entries(given).flatMap(([name, entry]) =>
      servers.includes(name)
        ? checkOne(args, tls, entry, `${path}.${name}`)
        : problem(`${path}.${name}`, "is no server of this cluster; leave it out"),
    ),
  ];
}

function checkOne(args: Fields, tls: Fields, entry: unknown, path: string): Problem[] {
  return object((fields) => {
    const [leaf, ...chain] = certificatesIn(fields.certificate);
    const some: Check = text(
      (_, at) => (leaf ? [] : problem(at, "holds no certificate; give one in PEM")),
      "a certificate in PEM",
    );
    const shape = each(fields, path, { certificate: some, privateKey: checkKey });
    const key = privateKeyIn(fields.privateKey);
    if (shape.length > 0 || leaf === undefined || key === undefined) return shape;
    const [ca] = certificatesIn(tls.caCertificate);
    const at = `${path}.certificate`;
    return [
      ...(leaf.checkPrivateKey(key)
        ? []
        : problem(`${path}.privateKey`, "is not the key of its certificate")),
      ...(ca === undefined || isSignedBy(leaf, chain, ca)
        ? []
        : problem(at, "is not signed by caCertificate, nor by what stands behind it")),
      ...checkName(args, leaf, at),
      ...checkUses(leaf, at),
      ...checkDates(leaf, at),
    ];
  })(entry, path);
}

/** Each by the next one, and the last by the CA. */
function isSignedBy(leaf: X509Certificate, chain: X509Certificate[], ca: X509Certificate): boolean {
  const above = [...chain.filter(({ raw }) => !raw.equals(ca.raw)), ca];
  return [leaf, ...above].slice(0, -1).every((one, index) => {
    const issuer = above[index] as X509Certificate;
    return one.checkIssued(issuer) && one.verify(issuer.publicKey);
  });
}

/** Consul asks for this name, and looks at no subject. */
function checkName(args: Fields, { subjectAltName = "" }: X509Certificate, path: string) {
  const { datacenter, domain } = args;
  const texts = {
    ...(typeof datacenter === "string" && { datacenter }),
    ...(typeof domain === "string" && { domain }),
  };
  const name = serverName(planSettings(texts));
  const names = subjectAltName.split(", ");
  return [name, name.replace(/^server/, "*")].some((one) => names.includes(`DNS:${one}`))
    ? []
    : problem(path, `is not for ${name}, by which servers know one another; make one for it`);
}

/** A server is dialled, and dials; without the extension any use is allowed. */
function checkUses({ keyUsage }: X509Certificate, path: string): Problem[] {
  const uses: readonly string[] | undefined = keyUsage;
  const missing = [
    ["1.3.6.1.5.5.7.3.1", "a server's"],
    ["1.3.6.1.5.5.7.3.2", "a client's"],
  ].filter(([id = ""]) => uses !== undefined && uses.length > 0 && !uses.includes(id));
  return missing.flatMap(([, whose]) =>
    problem(path, `is not for ${whose} use (extendedKeyUsage), and a server needs both`),
  );
}

/** Nothing would listen there. */
function checkHttpsAddress(args: Fields): Problem[] {
  return fieldsOf(args.addresses).https === undefined || hasHttps(modeOf(args))
    ? []
    : problem(
        "addresses.https",
        "has no effect without `tls` in mode required or preferred; leave it out",
      );
}

/** Servers that ask one another need to be reached: over HTTPS, or over HTTP. */
function checkCallers(args: Fields): Problem[] {
  return hasHttps(modeOf(args)) && fieldsOf(args.ports).https === -1
    ? problem("ports.https", "-1 would leave TLS without HTTPS; leave it out")
    : [];
}

/** Ports that listen where nothing is said. */
export function portsBesideTls(args: Fields) {
  return planSettings({ tls: { mode: modeOf(args) } }).ports;
}
