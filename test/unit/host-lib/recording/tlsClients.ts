import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planCluster } from "../../../../components/cluster/plan";
import { renderClientTlsSettings, renderTlsSettings } from "../../../../components/render/tls";
import { tlsFile } from "../../../support/tlsFiles";
import { eventually } from "../../../support/wait";
import { type Agent, client } from "./agent";
import type { Book } from "./book";
import { Trio } from "./cluster";
import { tokens } from "./dummies";
import { catalog, withToken } from "./questions";

/** Servers that prefer TLS, as `render/` writes them, under ACLs: the recovery token of theirs reads what scripts ask. */
const acl = {
  enabled: true,
  default_policy: "deny",
  tokens: {
    initial_management: tokens.management,
    agent: tokens.management,
    agent_recovery: tokens.recovery,
  },
};

/**
 * A client agent with TLS and one without it, of servers that prefer TLS: what a server knows of them, with a token and
 * without. Then the servers require TLS, by a reload: the recording fails where it does not go as the docs tell.
 */
export async function recordTlsClients(book: Book, consul: string, root: string): Promise<void> {
  const plan = (mode: string) =>
    planCluster({ tls: { mode, clientCertificates: true }, configDir: root });
  const { restarting, reloadable } = renderTlsSettings(plan("preferred"));
  const ports = { dns: -1, grpc: -1, grpc_tls: -1, https: 8501 };
  writeFiles(join(root, "tls"));
  const trio = new Trio(consul, root, { acl, ports, ...restarting }, tokens.management);
  for (const agent of trio.all) agent.configure("20-tls.json", JSON.stringify(reloadable));
  const secure = client(consul, root, 21, "web-1");
  const plain = client(consul, root, 22, "web-2");
  const own = { acl: { enabled: true, tokens: { agent: tokens.management } } };
  for (const agent of [secure, plain]) agent.configure("30-acl.json", JSON.stringify(own));
  const settings = renderClientTlsSettings({ configDir: root });
  secure.configure("20-tls.json", JSON.stringify(settings));
  try {
    // No server yet, so no certificate, and no HTTP until there is one.
    const early = secure.start();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    if (await answers(secure)) throw new Error("a client answers before a server does");
    await trio.start();
    const { leader, follower } = await trio.well();
    await early;
    await plain.start();
    for (const agent of [secure, plain]) await writes(agent);
    await eventually("the catalog knows of TLS", 60, async () => {
      const nodes = await trio.see<{ Node: string; Meta?: object }[]>(leader, "/v1/catalog/nodes");
      return nodes.some(({ Node, Meta }) => Node === "web-1" && Meta && "cluster-tls" in Meta);
    });
    await book.noteAll("clients-by-tls", follower, withToken(tokens.recovery, catalog));
    await book.noteAll("anonymous-clients-by-tls", follower, catalog);
    await requireTls(trio, renderTlsSettings(plan("required")).reloadable);
    await writes(secure);
    await secure.kill();
    await secure.start();
    await writes(secure);
    await plain.kill();
    await plain.start();
    await expectRefused(plain);
    await trio.well();
  } finally {
    await Promise.all([secure, plain].map((agent) => agent.kill()));
    await trio.kill();
  }
}

const writing = { method: "PUT", path: "/v1/kv/by-a-client", body: "x", token: tokens.management };

async function writes(agent: Agent): Promise<void> {
  await eventually(`${agent.name} writes a key`, 60, async () => {
    return (await agent.ask(writing)).code === 200;
  });
}

/** It is in the pool, and yet no server talks to it. */
async function expectRefused(agent: Agent): Promise<void> {
  await eventually(`${agent.name} knows the servers`, 30, async () => {
    const question = { method: "GET", path: "/v1/agent/members", token: tokens.management };
    return (await agent.ask(question)).body.includes('"consul-3"');
  });
  for (let look = 0; look < 3; look++) {
    const { code, body } = await agent.ask(writing);
    if (code !== 500 || !/EOF|reset by peer/.test(body))
      throw new Error(`${agent.name}, in plain text, got ${code} ${body}`);
  }
}

async function answers(agent: Agent): Promise<boolean> {
  return agent.ask({ method: "GET", path: "/v1/status/leader" }).then(
    () => true,
    () => false,
  );
}

async function requireTls(trio: Trio, reloadable: Record<string, unknown>): Promise<void> {
  for (const agent of trio.all) {
    agent.configure("20-tls.json", JSON.stringify(reloadable));
    const { code, body } = await agent.ask({
      method: "PUT",
      path: "/v1/agent/reload",
      token: tokens.recovery,
    });
    if (code !== 200) throw new Error(`${agent.name} does not reload: ${code} ${body}`);
  }
}

function writeFiles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = { "ca.pem": "ca.pem", "certificate.pem": "server.pem", "key.pem": "server.key" };
  for (const [to, from] of Object.entries(files)) writeFileSync(join(folder, to), tlsFile(from));
}
