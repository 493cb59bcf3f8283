import { join } from "node:path";
import { all, type CustomResourceOptions, type Output, secret, unsecret } from "@pulumi/pulumi";
import type { TlsArgs } from "../cluster/args";
import type { ClusterPlan } from "../cluster/plan";
import type { Host } from "../hosts/host";
import { certificateDigest, certificateNames, daysLeft, type TlsMaterial } from "../render/tls";
import { pemBlocks } from "../validate/pem";
import { type Authorities, authoritiesOf, authorityNames } from "./authorities";
import { secretCommand } from "./secretCommand";

const script = join(__dirname, "certificate.command.mjs");

/** Certificates last 365 days; the first run in another stretch of so many renews them. */
const RENEWAL_DAYS = 120;

export interface ServerTls {
  /** A secret, for the key in it. */
  material: Output<TlsMaterial>;
  /** Names the certificate without giving it away, and is known where it is not yet: a preview says that it changes. */
  label: Output<string>;
}

export interface ClusterTls {
  /** Certificates of the CAs that are trusted, PEM: what whoever asks over HTTPS needs. */
  ca: Output<string>;
  /** By the server's name. */
  servers: Record<string, ServerTls>;
  /** Until the first certificate ends. */
  daysLeft: Output<number>;
}

/**
 * The CA and the certificates of a cluster: handed in, or made and kept in the stack's state, encrypted. The CA's key goes
 * nowhere else. Without TLS there is nothing of it. `behindGuard`: what is refused there makes no certificates, for those of another
 * domain would have to be made anew after it; the CA stays as it is.
 */
export function clusterTls(
  name: string,
  tls: TlsArgs | undefined,
  hosts: Host[],
  settings: Output<Named>,
  opts: CustomResourceOptions,
  behindGuard: CustomResourceOptions,
): ClusterTls | undefined {
  if (tls === undefined || tls.mode === "off") return undefined;
  const authorities = authoritiesOf(name, tls, opts);
  const servers = Object.fromEntries(
    tls.certificates === undefined
      ? madeBy(name, tls, authorities, hosts, settings, behindGuard)
      : given(tls, authorities, hosts),
  );
  const certificates = Object.values(servers).map(({ material }) =>
    unsecret(material.apply(({ certificate }) => certificate)),
  );
  return {
    ca: authorities.trusted,
    servers,
    daysLeft: all([authorities.trusted, all(certificates)]).apply(([ca, all]) =>
      daysLeft([...pemBlocks(ca, "CERTIFICATE"), ...all], Date.now()),
    ),
  };
}

type Named = Pick<ClusterPlan, "datacenter" | "domain">;
type Made = [string, ServerTls][];

function given(tls: TlsArgs, { trusted }: Authorities, hosts: Host[]): Made {
  const { caCertificate = "", certificates = {} } = tls;
  return hosts.map(({ name }) => {
    const { certificate, privateKey } = certificates[name] ?? { certificate: "", privateKey: "" };
    const known = all([caCertificate, certificate]).apply((pems) => certificateDigest(...pems));
    const label = labelled(unsecret(known), tls);
    const material = all([trusted, certificate, secret(privateKey), label]).apply(
      ([ca, certificate, privateKey, label]) => ({ ca, certificate, privateKey, label }),
    );
    return [name, { material: secret(material), label }];
  });
}

function madeBy(
  name: string,
  tls: TlsArgs,
  { signing, trusted }: Authorities,
  hosts: Host[],
  settings: Output<Named>,
  opts: CustomResourceOptions,
): Made {
  const renewal = `${renewalOf(Date.now())}${tls.renewal ? `.${tls.renewal}` : ""}`;
  return hosts.map((host) => {
    const names = all([settings, host.address]).apply(([named, address]) =>
      certificateNames(named, { name: host.name, address }).join(","),
    );
    const said = secretCommand(
      `${name}-${host.name}-certificate`,
      script,
      { environment: { RENEWAL: renewal, NAMES: names }, stdin: signing },
      opts,
    ).stdout;
    const known = all([names, authorityNames(tls)]).apply(
      ([names, [ca = ""]]) => `renewal-${renewal}-${certificateDigest(names, ca)}`,
    );
    const label = labelled(known, tls);
    const material = all([said, trusted, label]).apply(([text, ca, label]) => ({
      ca,
      certificate: pemBlocks(text ?? "", "CERTIFICATE")[0] ?? "",
      privateKey: pemBlocks(text ?? "", "PRIVATE KEY")[0] ?? "",
      label,
    }));
    return [host.name, { material: secret(material), label }];
  });
}

/** By whom a certificate is signed its label says; who else is trusted stands behind it. */
function labelled(label: Output<string>, tls: TlsArgs): Output<string> {
  return all([label, authorityNames(tls)]).apply(([first, [, ...others]]) =>
    [first, ...others].join("+"),
  );
}

/** Counts the stretches of time: the number is the same for everybody who runs, whatever has run before. */
export function renewalOf(now: number): number {
  return Math.floor(now / (RENEWAL_DAYS * 24 * 3600 * 1000));
}
