import type { PlainClientArgs } from "../../../components/client/args";
import { type ClientHostPlan, type ClientPlan, planClients } from "../../../components/client/plan";
import { renderClientAcl, tokenLabel } from "../../../components/render/acl";
import { renderClientFiles } from "../../../components/render/client";
import type { Files } from "../../../components/render/files";
import { renderDesired, renderSecretFiles } from "../../../components/render/server";
import { caDigests, certificateDigest, renderClientTlsFiles } from "../../../components/render/tls";
import { gossipKey, owner } from "../render/cases";
import { hostKey, openSshKey } from "../validate/keys";

/** Two clients of three servers, nothing wrong with them. */
export function clientArgs(more: Partial<PlainClientArgs> = {}): PlainClientArgs {
  const hosts = [1, 2].map((number) => ({
    name: `web-${number}`,
    address: `10.0.0.2${number}`,
    privateKey: openSshKey(),
    hostKey: hostKey("ssh-ed25519"),
  }));
  return { existing: { hosts }, servers: ["10.0.0.11", "10.0.0.12"], gossipKey, ...more };
}

export interface Rendered {
  plan: ClientPlan;
  files: Files;
  secrets: Files;
  wanted: string;
}

/** What the first client gets. */
export function rendered(more: Partial<PlainClientArgs> = {}, label = "label-1"): Rendered {
  const args = clientArgs(more);
  const plan = planClients(args);
  const client = plan.clients[0] as ClientHostPlan;
  const ca = args.tls?.caCertificate ?? "";
  const token = args.agentToken ?? "";
  const aclPolicy = token === "" ? "off" : (args.aclDefaultPolicy ?? "deny");
  const files = renderClientFiles(plan, client, args.servers ?? [], {
    cas: caDigests(ca),
    aclPolicy,
  });
  const about = { version: plan.version, wipeData: client.wipeData };
  const certificate = ca === "" ? "" : certificateDigest(ca);
  return {
    plan,
    files,
    secrets: renderSecretFiles(
      gossipKey,
      label,
      owner,
      token === "" ? undefined : renderClientAcl(token),
      renderClientTlsFiles(ca),
    ),
    wanted: renderDesired(about, files, label, {
      certificate,
      agentToken: token === "" ? "" : tokenLabel(token),
    }),
  };
}
