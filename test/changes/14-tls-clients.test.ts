import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { agents, hosts, makeClientHosts, names, on, web } from "../support/clientHosts";
import { keepsItsPromise } from "../support/promise";
import { addresses, processes, trio, trioIsUpWith } from "../support/trio";
import { eventually } from "../support/wait";

// Client agents in a cluster that has ACLs and is led to TLS, and back: examples/clients as it stands, whose agents follow
// the servers by the cluster's outputs. The servers change under load.
//
// What happens to agents while no server answers is not here: host-lib/recording/tlsClients.ts starts a real one so.

/** The servers' settings with something of TLS changed. */
const tls = (more: object) => ({
  ...trio.settings,
  tls: { ...(trio.settings.tls as object), ...more },
});
const mode = (name: string) => tls({ mode: name });

let token = "";

/** Asked of the agent of this host, with the management token. */
const asks = (name: string, path: string, more = "") =>
  on(name, `curl -s -H 'X-Consul-Token: ${token}' ${more} 'http://127.0.0.1:8500${path}'`);

/**
 * A write through each agent, whose servers have to talk to it. What an agent sends first over a connection that ended with a
 * server's restart fails ("stream closed"), and Consul sends no write twice.
 */
async function bothWrite(): Promise<void> {
  for (const name of names)
    await eventually(`${name} writes`, 60, async () => {
      return (await asks(name, "/v1/kv/by-a-client", "-X PUT --data-raw x")) === "true";
    });
}

/** Of each agent, as its own catalog has it: what it says of its TLS, or of the CAs that it knows. */
async function evidence(key = "cluster-tls"): Promise<(string | undefined)[]> {
  const said = await asks("web-1", "/v1/catalog/nodes?consistent");
  const nodes = JSON.parse(said) as { Node: string; Meta?: Record<string, string> }[];
  return names.map((name) => nodes.find(({ Node }) => Node === name)?.Meta?.[key]);
}

/** The clients' stack runs, and both of its agents restart: others than before, and well. */
async function bothRestart(): Promise<void> {
  const before = await agents();
  const { stdout } = await web.up();
  expect(stdout.match(/updated .*restart done/g)).toHaveLength(2);
  const after = await agents();
  for (const index of [0, 1]) expect(after[index]).not.toBe(before[index]);
  await bothWrite();
}

beforeAll(async () => {
  await web.forget();
  await trioIsUpWith({ tls: { mode: "outgoing" }, acl: {} });
  token = (await trio.outputs<{ managementToken: string }>()).managementToken;
  await makeClientHosts(trio, {
    services: [{ name: "shop", port: 8080 }],
    settings: mirrorSettings,
  });
  await web.up();
});

afterAll(async () => {
  await web.forget();
  await hosts.remove();
  await trio.destroy();
});

describe("client agents of a cluster on its way to TLS", () => {
  test("have their token: their services are registered, and a stranger is refused", async () => {
    await eventually("both register their service", 60, async () => {
      const said = JSON.parse(await asks("web-1", "/v1/catalog/service/shop")) as unknown[];
      return said.length === 2;
    });
    const status = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8500/v1/agent/self";
    for (const name of names) expect(await on(name, status)).toBe("403");
    const kept = "sudo cat /var/lib/consul-cluster/server/staged/secrets/agent.token";
    const own = (await on("web-1", kept)).trim();
    for (const [file, text] of web.stateFiles()) expect(text.includes(own), file).toBe(false);
    expect(await on("web-1", "sudo grep -rl initial_management /etc/consul.d || true")).toBe("");
  });

  test("talk plain text as long as it gives no certificates, and are in the way of requiring them", async () => {
    expect(await evidence()).toEqual([undefined, undefined]);
    const before = trio.settings;
    trio.settings = mode("required");
    expect(await trio.upThatFails()).toMatch(
      /from outgoing to required while client agents are in the pool: web-\d, web-\d; go by preferred/,
    );
    trio.settings = before;
  });

  test("go on in plain text where it prefers TLS, and are named where it would require it", async () => {
    const before = await agents();
    await keepsItsPromise(trio, addresses, mode("preferred"), { says: "restart" });
    await bothWrite();
    expect(await agents()).toEqual(before);
    const settings = trio.settings;
    trio.settings = mode("required");
    expect(await trio.upThatFails()).toMatch(/does not say that they talk TLS: web-\d, web-\d;/);
    trio.settings = settings;
  });

  test("go over to TLS in their stack's next run, and say so in the catalog", async () => {
    await bothRestart();
    await eventually("the catalog knows", 60, async () =>
      (await evidence()).every((said) => said === "auto-encrypt"),
    );
    await web.up("--expect-no-changes");
  });

  test("stay in it where it requires TLS from a reload on, also with a restart of their own", async () => {
    const [servers, before] = [await processes(), await agents()];
    await keepsItsPromise(trio, addresses, mode("required"), { says: "reload" });
    expect(await processes()).toEqual(servers);
    expect(await agents()).toEqual(before);
    await bothWrite();
    await on("web-1", "sudo systemctl restart consul");
    await bothWrite();
    await web.up("--expect-no-changes");
  });

  test("know another CA before it signs, by a reload in their stack's next run", async () => {
    const [servers, before] = [await processes(), await agents()];
    for (const authorities of [
      [1, 2],
      [2, 1],
      [1, 2],
    ]) {
      const settings = trio.settings;
      trio.settings = tls({ authorities });
      if (authorities[0] === 1) await trio.up();
      else {
        expect(await trio.upThatFails()).toMatch(
          /another CA cannot sign yet, .*: web-\d, web-\d; run/,
        );
        trio.settings = settings;
      }
    }
    expect((await web.up()).stdout.match(/updated .*reload done/g)).toHaveLength(2);
    expect(await agents()).toEqual(before);
    // It would be in the catalog within two minutes; and who trusts both starts.
    for (const name of names) await on(name, "sudo systemctl restart consul");
    await eventually("the catalog knows", 60, async () =>
      (await evidence("cluster-cas")).every((said) => said?.split(".").length === 2),
    );
    const restarted = await agents();
    await keepsItsPromise(trio, addresses, tls({ authorities: [2, 1] }), { says: "reload" });
    expect(await processes()).toEqual(servers);
    expect(await agents()).toEqual(restarted);
    await on("web-1", "sudo systemctl restart consul");
    await bothWrite();
  });

  test("hold nothing secret of TLS on their hosts", async () => {
    const grep = "sudo grep -rlE 'PRIVATE KEY' /etc/consul.d /var/lib/consul-cluster || true";
    for (const name of names) expect(await on(name, grep)).toBe("");
  });

  test("follow it back to plain text", async () => {
    await keepsItsPromise(trio, addresses, mode("preferred"), { says: "reload" });
    await keepsItsPromise(trio, addresses, mode("outgoing"), { says: "restart" });
    await bothRestart();
    await eventually("the catalog knows", 60, async () =>
      (await evidence()).every((said) => said === undefined),
    );
  });
});
