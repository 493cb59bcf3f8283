import { join } from "node:path";
import { local } from "@pulumi/command";
import {
  all,
  type CustomResourceOptions,
  type Output,
  output,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import type { TlsArgs } from "../cluster/args";
import type { ClusterPlan } from "../cluster/plan";
import type { Host } from "../hosts/host";
import { calling, interpreter } from "../javascript";
import {
  certificateDigest,
  certificateNames,
  daysLeft,
  pemBlocks,
  type TlsMaterial,
} from "../render/tls";

const caScript = join(__dirname, "tlsCa.command.mjs");
const certificateScript = join(__dirname, "certificate.command.mjs");

/** Certificates last 365 days; the first run in another stretch of so many renews them. */
const RENEWAL_DAYS = 120;

export interface ServerTls {
  /** A secret, for the key in it. */
  material: Output<TlsMaterial>;
  /** Names the certificate without giving it away, and is known where it is not yet: a preview says that it changes. */
  label: Output<string>;
}

export interface ClusterTls {
  /** Certificate of the CA, PEM: what whoever asks over HTTPS needs. */
  ca: Output<string>;
  /** By the server's name. */
  servers: Record<string, ServerTls>;
  /** Until the first certificate ends. */
  daysLeft: Output<number>;
}

/**
 * The CA and the certificates of a cluster: handed in, or made and kept in the stack's state, encrypted. The CA's key goes
 * nowhere else. Without TLS there is nothing of it.
 */
export function clusterTls(
  name: string,
  tls: TlsArgs | undefined,
  hosts: Host[],
  settings: Output<Named>,
  opts: CustomResourceOptions,
): ClusterTls | undefined {
  if (tls === undefined || tls.mode === "off") return undefined;
  const made =
    tls.certificates === undefined ? madeBy(name, tls, hosts, settings, opts) : given(tls, hosts);
  const certificates = Object.values(made.servers).map(({ material }) =>
    unsecret(material.apply(({ certificate }) => certificate)),
  );
  return {
    ...made,
    daysLeft: all([made.ca, all(certificates)]).apply(([ca, all]) =>
      daysLeft([ca, ...all], Date.now()),
    ),
  };
}

type Named = Pick<ClusterPlan, "datacenter" | "domain">;
type Made = Pick<ClusterTls, "ca" | "servers">;

function given({ caCertificate = "", certificates = {} }: TlsArgs, hosts: Host[]): Made {
  const ca = output(caCertificate);
  const servers = hosts.map(({ name }) => {
    const { certificate, privateKey } = certificates[name] ?? { certificate: "", privateKey: "" };
    const label = unsecret(all([ca, certificate]).apply((pems) => certificateDigest(...pems)));
    const material = all([ca, certificate, secret(privateKey), label]).apply(
      ([ca, certificate, privateKey, label]) => ({ ca, certificate, privateKey, label }),
    );
    return [name, { material: secret(material), label }] as const;
  });
  return { ca: unsecret(ca), servers: Object.fromEntries(servers) };
}

function madeBy(
  name: string,
  tls: TlsArgs,
  hosts: Host[],
  settings: Output<Named>,
  opts: CustomResourceOptions,
): Made {
  const { caCertificate, caKey } = tls;
  // The private key, then the certificate.
  const authority =
    caCertificate === undefined
      ? command(`${name}-tls-ca`, caScript, {}, opts).stdout
      : secret(all([caKey, caCertificate]).apply((pems) => pems.join("\n")));
  const ca = unsecret(authority.apply((text?: string) => firstCertificate(text)));
  const renewal = `${renewalOf(Date.now())}${tls.renewal ? `.${tls.renewal}` : ""}`;
  const servers = hosts.map((host) => {
    const names = all([settings, host.address]).apply(([named, address]) =>
      certificateNames(named, { name: host.name, address }).join(","),
    );
    const said = command(
      `${name}-${host.name}-certificate`,
      certificateScript,
      { environment: { RENEWAL: renewal, NAMES: names }, stdin: authority },
      opts,
    ).stdout;
    const label = all([names, caLabel(tls)]).apply(
      ([names, ca]) => `renewal-${renewal}-${certificateDigest(names, ca)}`,
    );
    const material = all([said, ca, label]).apply(([text, ca, label]) => ({
      ca,
      certificate: firstCertificate(text),
      privateKey: pemBlocks(text ?? "", "PRIVATE KEY")[0] ?? "",
      label,
    }));
    return [host.name, { material: secret(material), label }] as const;
  });
  return { ca, servers: Object.fromEntries(servers) };
}

/** Tells one CA from another; what is made is made once. */
export function caLabel({ caCertificate }: TlsArgs): Output<string> {
  return caCertificate === undefined
    ? output("made")
    : unsecret(output(caCertificate).apply((pem) => certificateDigest(pem)));
}

/** Its output has a key: it goes nowhere but into the state, as a secret. */
function command(
  name: string,
  script: string,
  more: Partial<local.CommandArgs>,
  opts: CustomResourceOptions,
): local.Command {
  return new local.Command(
    name,
    {
      interpreter,
      create: calling(script, "make"),
      update: calling(script, "keep"),
      logging: local.Logging.None,
      ...more,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}

function firstCertificate(text = ""): string {
  return pemBlocks(text, "CERTIFICATE")[0] ?? "";
}

/** Counts the stretches of time: the number is the same for everybody who runs, whatever has run before. */
export function renewalOf(now: number): number {
  return Math.floor(now / (RENEWAL_DAYS * 24 * 3600 * 1000));
}
