import { beforeAll, describe, expect, test } from "vitest";
import type { ConsulApi, RaftServer } from "../support/consul";
import { ssh } from "../support/machines";
import { keepsItsPromise } from "../support/promise";
import { inPlain, overTls } from "../support/stranger";
import { tlsFile } from "../support/tlsFiles";
import { addresses, apis, names, on, trio, trioIsUp } from "../support/trio";
import { secured } from "../support/way";

// TLS, with ACLs beside it, on the cluster of the files before and after: who gets in, and where private keys lie. What its
// changes do is in those.
//
// How a cluster that serves is led to TLS, and a renewal are not here; client agents are in 14-tls-clients.

interface Outputs {
  caCertificate: string;
  certificateDaysLeft: number;
  httpAddresses: string[];
}

let outputs: Outputs;

describe.skipIf(!secured)("a cluster with TLS", () => {
  beforeAll(async () => {
    await trioIsUp();
    outputs = await trio.outputs<Outputs>();
  });

  test("answers over HTTPS, for whoever knows its CA", async () => {
    expect(outputs.httpAddresses).toEqual(names.map((name) => `https://${addresses[name]}:8501`));
    expect(outputs.certificateDaysLeft).toBeGreaterThan(360);
    const api = apis[0] as ConsulApi;
    const { Servers } = await api.get<{ Servers: RaftServer[] }>("/v1/operator/raft/configuration");
    expect(Servers.map(({ Node, Voter }) => [Node, Voter]).sort()).toEqual(
      names.map((name) => [name, true]),
    );
    for (const each of apis) expect(await each.put("/v1/kv/of-a-friend", "x")).toBe(true);
  });

  test("a stranger is refused on every port: in plain text, with another CA's certificate, with none", async () => {
    const { caCertificate: ca } = outputs;
    const another = { cert: tlsFile("server.pem"), key: tlsFile("server.key") };
    for (const host of Object.values(addresses)) {
      // Plain HTTP is on loopback alone.
      expect(await inPlain(host, 80), "HTTP").toBe("ECONNREFUSED");
      expect(await inPlain(host, 8300), "plain RPC").toBe("ended");
      expect(await inPlain(host, 8501), "plain HTTPS").toBe("HTTP/1.0 400 Bad Request");
      expect(await overTls({ host, port: 8300, ca }), "RPC without a certificate").toMatch(
        /ALERT_CERTIFICATE_REQUIRED/,
      );
      expect(await overTls({ host, port: 8300, ca, ...another }), "another CA's").toMatch(
        /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE)/,
      );
      expect(await overTls({ host, port: 8501 }), "without the CA").toMatch(
        /UNABLE_TO|SELF_SIGNED/,
      );
      expect(await overTls({ host, port: 8501, ca }), "without a token").toBe(
        "HTTP/1.0 403 Forbidden",
      );
    }
  });

  test("a private key is root's and Consul's alone, and in no process, journal or state in the open", async () => {
    const active = "/etc/consul.d/server/tls/key.pem";
    for (const name of names) {
      expect((await on(name, `sudo stat -Lc '%a %U %G' ${active}`)).trim()).toBe("640 root consul");
      const key = (await on(name, `sudo sed -n 2p ${active}`)).trim();
      const look =
        "exec 3<&0; { sudo sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ'; sudo journalctl; } 2>/dev/null </dev/null | tr '\\0' '\\n' | grep -acF -f /dev/fd/3 || true";
      expect((await ssh(trio.name, name, look, key)).stdout.trim(), name).toBe("0");
      for (const [file, text] of trio.stateFiles()) expect(text.includes(key), file).toBe(false);
    }
    const kept =
      "sudo grep -rl 'BEGIN PRIVATE KEY' /etc/consul.d /var/lib/consul-cluster /tmp | sort";
    const found = (await on("test-1", kept)).trim().split("\n");
    expect(found.map((file) => file.replace(/[0-9a-f]{12}/, "SET"))).toEqual([
      "/etc/consul.d/server.sets/SET/tls/key.pem",
      "/var/lib/consul-cluster/server/secrets/tls-key.pem",
      "/var/lib/consul-cluster/server/staged/secrets/tls-key.pem",
    ]);
  });

  test("back to plain text at once is refused, as the plan says", async () => {
    const { tls: _, ...plain } = trio.settings;
    const kept = await keepsItsPromise(trio, addresses, plain, {
      says: "restart",
      refused: "fixed-settings",
    });
    expect(kept.said).toContain("tls cannot go from required to off in one run");
    expect(kept.said, "no host was reached").not.toMatch(/-(release|secrets|config) updating/);
  });
});
