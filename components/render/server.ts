import { NOTHING_OWN, withOwn } from "../cluster/perServer";
import type { ClusterPlan, ClusterSettings, ServerPlan } from "../cluster/plan";
import type { RenderedAcl } from "./acl";
import { renderConsulConfig, renderSecrets } from "./consulConfig";
import { renderServerFacts } from "./facts";
import { digest, type Files, restarting } from "./files";
import { renderEnvironment, renderSystemdUnit } from "./systemdUnit";

/** Everything plain that is laid on a server's disk. */
export function renderServerFiles(all: ClusterPlan, server: ServerPlan): Files {
  const plan = withOwn(all, server.own);
  const config = renderConsulConfig(plan, server);
  return {
    "10-server.json": config.server,
    "20-reloadable.json": config.reloadable,
    "40-neighbours.json": config.neighbours,
    "bootstrap.json": config.bootstrap,
    "consul.service": renderSystemdUnit(plan),
    environment: renderEnvironment(plan.environment),
    facts: renderServerFacts(plan, server),
  };
}

/**
 * Everything secret that is laid on a disk, the label by which it is known, and the owner who lays it down. `tls`: the
 * files of its certificate, where there is TLS.
 */
export function renderSecretFiles(
  gossipKey: string,
  label: string,
  owner: string,
  acl?: RenderedAcl,
  tls: Files = {},
): Files {
  return {
    "30-secrets.json": renderSecrets(gossipKey, acl),
    "gossip-key": `${gossipKey}\n`,
    label: `${label}\n`,
    owner: `${owner}\n`,
    ...acl?.files,
    ...tls,
  };
}

/**
 * What an activation shall bring about, one line a part. A preview shows which line differs: the release or
 * the restart-settings mean a restart, the reloadable-settings a reload, the neighbours nothing now, the
 * secrets a rotation of the gossip key in the running cluster, the tokens of ACLs a restart, their acl-rotation, the certificate
 * and a client's agent-token a reload, and wipe-data what it says.
 */
export function renderDesired(
  { version, wipeData }: { version: string; wipeData: string },
  files: Files,
  secretsLabel: string,
  { tokens, aclRotation, certificate, agentToken }: Labels = {},
): string {
  const file = (name: string) => files[name] as string;
  return [
    `release ${version}`,
    `restart-settings ${digest(...restarting(files))}`,
    `reloadable-settings ${digest(file("20-reloadable.json"))}`,
    `neighbours ${digest(file("40-neighbours.json"))}`,
    `secrets ${secretsLabel}`,
    ...(tokens ? [`tokens ${tokens}`] : []),
    ...(aclRotation ? [`acl-rotation ${aclRotation}`] : []),
    ...(certificate ? [`certificate ${certificate}`] : []),
    ...(agentToken ? [`agent-token ${agentToken}`] : []),
    ...(wipeData ? [`wipe-data ${wipeData}`] : []),
    "",
  ].join("\n");
}

/** By which secrets are known; none, or "", where there are none. */
interface Labels {
  tokens?: string;
  aclRotation?: string;
  certificate?: string;
  agentToken?: string;
}

/** A hash over whatever restarts all servers of a cluster where it differs. */
export function restartDigest(settings: ClusterSettings): string {
  const anyServer = { name: "", address: "", wipeData: "", own: NOTHING_OWN };
  const files = renderServerFiles({ ...settings, servers: [anyServer] }, anyServer);
  return digest(settings.version, ...restarting(files));
}

/** A hash over the secret settings: names them, and does not give them away. */
export function secretsDigest(gossipKey: string): string {
  return digest(renderSecrets(gossipKey));
}
