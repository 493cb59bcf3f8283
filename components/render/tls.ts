import { X509Certificate } from "node:crypto";
import type { ClusterPlan, ServerPlan } from "../cluster/plan";
import { hasHttps } from "../settings/tlsModes";
import { pemBlocks } from "../validate/pem";
import { digest, type Files } from "./files";

/** What a server needs for TLS. Only the key is secret. */
export interface TlsMaterial {
  /** Certificates of the CAs that are trusted, PEM. */
  ca: string;
  /** The server's own, PEM; with what stands between it and the CA. */
  certificate: string;
  privateKey: string;
  /** Names the certificate where a preview does not know it yet. */
  label: string;
}

type Named = Pick<ClusterPlan, "datacenter" | "domain">;

/** What Consul's servers ask of one another's certificates: this name, and none of a node. */
export function serverName({ datacenter, domain }: Named): string {
  return `server.${datacenter}.${domain.replace(/\.$/, "")}`;
}

/** Names of a server's certificate, as openssl takes them: those that others dial it by, and its own. */
export function certificateNames(plan: Named, server: Pick<ServerPlan, "name" | "address">) {
  const name = serverName(plan);
  return [
    `DNS:${name}`,
    `DNS:${server.name}.${name}`,
    "DNS:localhost",
    "IP:127.0.0.1",
    "IP:::1",
    `IP:${server.address}`,
  ];
}

/** Where an agent's own files lie: in its active set, so that they change with it in one step. */
function folderOf({ configDir }: { configDir: string }): string {
  return `${configDir}/tls`;
}

/**
 * `tls` of a server's settings, by what they need: files, `verify_outgoing` and `verify_incoming` are taken over by a
 * reload, which is how a cluster that serves gets them; names of servers and certificates for client agents need a restart.
 * Only a restart ends connections in plain text: servers are through it before plain text is refused.
 */
export function renderTlsSettings(plan: ClusterPlan): {
  restarting: Record<string, unknown>;
  reloadable: Record<string, unknown>;
} {
  const { mode } = plan.tls;
  if (mode === "off") return { restarting: {}, reloadable: {} };
  const folder = folderOf(plan);
  const files = {
    ca_file: `${folder}/ca.pem`,
    cert_file: `${folder}/certificate.pem`,
    key_file: `${folder}/key.pem`,
  };
  const defaults = { ...files, verify_outgoing: mode !== "offered" };
  if (!hasHttps(mode)) return { restarting: {}, reloadable: { tls: { defaults } } };
  return {
    restarting: {
      tls: { internal_rpc: { verify_server_hostname: true } },
      ...(plan.tls.clientCertificates && { auto_encrypt: { allow_tls: true } }),
    },
    reloadable: {
      tls: { defaults, internal_rpc: { verify_incoming: mode === "required" } },
    },
  };
}

/** Facts by which the scripts ask over HTTPS; none without TLS, as in the facts of releases that knew none of it. */
export function tlsFacts(plan: ClusterPlan, isOpen: boolean): Record<string, string | number> {
  const { mode } = plan.tls;
  if (mode === "off") return {};
  return {
    tls: mode,
    tls_name: serverName(plan),
    ...(hasHttps(mode) && {
      https_port: plan.ports.https,
      https_open: plan.ports.https > 0 && isOpen ? "yes" : "no",
    }),
  };
}

/** Files for root alone; what Consul reads of them comes into the active set. */
export function renderTlsFiles({ ca, certificate, privateKey, label }: TlsMaterial): Files {
  return {
    "tls-ca.pem": normal(ca),
    "tls-certificate.pem": normal(certificate),
    "tls-key.pem": normal(privateKey),
    "tls-valid": validity(certificate),
    "certificate-label": `${label}\n`,
  };
}

/**
 * By which servers know that a client agent talks TLS, and by which CAs it knows them: what it says of itself in Consul's catalog,
 * `node_meta`. The first stands in the settings that make it so, the other changes by a reload, as the file does.
 */
export const CLIENT_TLS_META = { "cluster-tls": "auto-encrypt" };
export const CLIENT_CAS_META = "cluster-cas";

/**
 * TLS of a client agent's settings: servers give it a certificate, in memory, and it knows them by their name and this CA.
 * Without the file Consul would ask any server for one, and verify none.
 */
export function renderClientTlsSettings(plan: { configDir: string }): Record<string, unknown> {
  return {
    auto_encrypt: { tls: true },
    tls: {
      defaults: { ca_file: `${folderOf(plan)}/ca.pem`, verify_outgoing: true },
      internal_rpc: { verify_server_hostname: true },
    },
    node_meta: CLIENT_TLS_META,
  };
}

/** What of it a reload takes over; nothing without TLS. `cas`: see `caDigests`. */
export function renderClientCas(cas: string[]): Record<string, unknown> {
  return cas.length === 0 ? {} : { node_meta: { [CLIENT_CAS_META]: cas.join(".") } };
}

/** What each CA of a PEM text is known by; `ca_digest` in `consul/tls.sh` does the same. */
export function caDigests(pem: string): string[] {
  return pemBlocks(pem, "CERTIFICATE").map((block) => certificateDigest(block));
}

/** The CAs of a client agent, staged as a server's certificate is; nothing of none. */
export function renderClientTlsFiles(ca: string): Files {
  if (ca === "") return {};
  return {
    "tls-ca.pem": normal(ca),
    "tls-valid": validity(ca),
    "certificate-label": `${certificateDigest(ca)}\n`,
  };
}

/** For a host to hold its clock against, which no other's is compared with. */
function validity(certificate: string): string {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);
  return `not_before=${seconds(validFrom)}\nnot_after=${seconds(validTo)}\n`;
}

/** Line breaks of other systems, and what stands around the blocks, make no other file. */
function normal(pem: string): string {
  return `${pem.replaceAll("\r", "").trim()}\n`;
}

/** Days until a certificate, or the one of its CA, ends: whole ones, and less than 0 where it has. */
export function daysLeft(certificates: string[], now: number): number {
  const ends = certificates.map((pem) => Date.parse(new X509Certificate(pem).validTo));
  return Math.floor((Math.min(...ends) - now) / (24 * 3600 * 1000));
}

/** Tells one certificate of another: nothing of it is secret. */
export function certificateDigest(...pems: string[]): string {
  return digest(...pems.map(normal));
}
