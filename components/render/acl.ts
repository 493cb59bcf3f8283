import { createHmac } from "node:crypto";
import { digest, type Files } from "./files";

/** A token as Consul keeps it: by its accessor it is known, by its secret it is used. */
interface AclToken {
  accessor: string;
  secret: string;
}

/** Every token that a cluster has by itself. */
export interface AclTokens {
  /** May do anything; Consul makes it of its settings, under an accessor of its own. */
  management: string;
  /** Known to each agent by itself: the only one that works where there is no quorum. */
  recovery: string;
  /** What the scripts of a run ask with. */
  provisioner: AclToken;
  /** What the servers answer DNS with. */
  dns: AclToken;
  /** Of client agents, one for all of them: which there are the cluster does not know. */
  clients: AclToken;
  /** Of each server's own agent, by name. */
  agents: Record<string, AclToken>;
  /** Of the rotation before, where there was one. */
  before?: {
    /** What servers know that have not switched yet, or are asked by one that has never known another. */
    recovery: string;
    /** Accessor of the clients' token: client agents have it until their own next run. */
    clients: string;
  };
}

/** What of ACLs is secret on a host: `acl.tokens` of its agent's settings, and what the scripts ask with. */
export interface RenderedAcl {
  settings: Record<string, string>;
  files: Files;
}

/** What of the ACLs is secret on a server. */
export interface AclSecrets {
  tokens: AclTokens;
  /** Names the tokens without giving them away. */
  label: string;
  /** The server whose agent it is. */
  server: string;
}

/**
 * The tokens of what the seed's command says, `SEED [ROTATION [BEFORE]]`. The first rotation's are of the seed itself, those of
 * each other one of an HMAC of it, so that the tokens of one tell nothing of another's.
 */
export function rotatedTokens(said: string, servers: string[], management?: string): AclTokens {
  const [seed = "", rotation, before] = said.split(" ");
  const tokens = aclTokens(rotatedSeed(seed, rotation), servers, management);
  if (before === undefined) return tokens;
  const { recovery, clients } = aclTokens(rotatedSeed(seed, before), []);
  return { ...tokens, before: { recovery, clients: clients.accessor } };
}

function rotatedSeed(seed: string, rotation = "1"): string {
  if (rotation === "1") return seed;
  return createHmac("sha256", seed).update(`rotation ${rotation}`, "utf8").digest("base64");
}

/** By which the tokens of a rotation are known in the desired text; "" for the first one. */
export function rotationLabel(rotation = 1): string {
  return rotation === 1 ? "" : `rotation-${rotation}`;
}

/** By which a set of staged tokens is known. `rotation`: its label. */
export function stagedTokensLabel(label: string, rotation: string): string {
  return rotation === "" ? label : `${label}.${rotation}`;
}

/** Of one seed always the same, whoever asks, and in whatever order servers come and go. `management`: one that was handed in. */
export function aclTokens(seed: string, servers: string[], management?: string): AclTokens {
  const token = (purpose: string): AclToken => ({
    accessor: derivedUuid(seed, `accessor ${purpose}`),
    secret: derivedUuid(seed, `secret ${purpose}`),
  });
  return {
    management: management ?? token("management").secret,
    recovery: token("recovery").secret,
    provisioner: token("provisioner"),
    dns: token("dns"),
    clients: token("clients"),
    agents: Object.fromEntries(servers.map((name) => [name, token(`agent ${name}`)])),
  };
}

/** HMAC-SHA256 of the purpose, 122 bits of it in the form of a random UUID: no one of them tells another, or the seed. */
function derivedUuid(seed: string, purpose: string): string {
  const bytes = createHmac("sha256", seed).update(purpose, "utf8").digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** 48 bits of a hash over the 122 of a token that was handed in. */
export function tokenLabel(management: string): string {
  return digest(management);
}

/** `acl` of a server's settings, without the tokens; nothing where there are no ACLs. */
export function renderAclSettings(defaultPolicy: string): Record<string, unknown> {
  if (defaultPolicy === "off") return {};
  // Tokens have one source: Consul would prefer one that was set through its API, and keeps it where this is on.
  return {
    acl: { enabled: true, default_policy: defaultPolicy, enable_token_persistence: false },
  };
}

/** What is secret on a server. */
export function renderServerAcl(secrets: AclSecrets): RenderedAcl {
  return { settings: aclTokenSettings(secrets), files: renderAclFiles(secrets) };
}

/**
 * What is secret on a client: its agent's token for all that an agent does, services of its settings and DNS among it, and
 * one by which the scripts are known to this agent alone, so that it needs no right in the cluster.
 */
export function renderClientAcl(agentToken: string): RenderedAcl {
  const recovery = derivedUuid(agentToken, "recovery of a client agent");
  return {
    settings: {
      agent: agentToken,
      agent_recovery: recovery,
      config_file_service_registration: agentToken,
      dns: agentToken,
    },
    files: {
      ...tokenFiles({ agent: agentToken, recovery }),
      "tokens-label": `${tokenLabel(agentToken)}\n`,
    },
  };
}

/** `acl.tokens` of one server. */
function aclTokenSettings({ tokens, server }: AclSecrets): Record<string, string> {
  return {
    initial_management: tokens.management,
    agent: (tokens.agents[server] as AclToken).secret,
    agent_recovery: tokens.recovery,
    dns: tokens.dns.secret,
  };
}

/**
 * What the scripts use, for root alone: each token in a file that curl reads (`-K`, which fails where the file is missing;
 * `-H @file` would ask without one) and in a file that Consul's own commands read; the tokens that readiness makes,
 * KIND NAME ACCESSOR SECRET, and the accessor of one that it keeps; and their label.
 */
export function renderAclFiles({ tokens, label }: AclSecrets): Files {
  const used = {
    management: tokens.management,
    provisioner: tokens.provisioner.secret,
    recovery: tokens.recovery,
    ...(tokens.before && { "recovery-before": tokens.before.recovery }),
  };
  const line = (kind: string, name: string, { accessor, secret }: AclToken) =>
    `${kind} ${name} ${accessor} ${secret}\n`;
  return {
    ...tokenFiles(used),
    "acl-tokens": [
      line("provisioner", "-", tokens.provisioner),
      line("dns", "-", tokens.dns),
      line("clients", "-", tokens.clients),
      ...(tokens.before
        ? [line("kept", "clients", { accessor: tokens.before.clients, secret: "-" })]
        : []),
      ...Object.entries(tokens.agents).map(([name, token]) => line("agent", name, token)),
    ].join(""),
    "tokens-label": `${label}\n`,
  };
}

function tokenFiles(tokens: Record<string, string>): Files {
  const files = Object.entries(tokens).flatMap(([name, secret]) => [
    [`${name}.curl`, `header = "X-Consul-Token: ${secret}"\n`],
    [`${name}.token`, `${secret}\n`],
  ]);
  return Object.fromEntries(files);
}
