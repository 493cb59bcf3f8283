import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConsulApi, RaftServer } from "../support/consul";
import { ssh } from "../support/machines";
import { keepsItsPromise } from "../support/promise";
import { inPlain, overTls } from "../support/stranger";
import { tlsFile } from "../support/tlsFiles";
import { addresses, apis, names, on, processes, trio, trioIsUp } from "../support/trio";
import { wayName } from "../support/way";

// TLS, with ACLs beside it, on the cluster of the files before: who gets in, where private keys lie, another CA, and the
// stricter ways to listen, HTTPS alone and a socket. What other changes do is in the files before and after.
//
// How a cluster that serves is led to TLS, and a renewal are not here; client agents are in 14-tls-clients.

interface Outputs {
  caCertificate: string;
  certificateDaysLeft: number;
  httpAddresses: string[];
}

let outputs: Outputs;

describe.skipIf(wayName !== "secured")("a cluster with TLS", () => {
  beforeAll(async () => {
    await trioIsUp();
    outputs = await trio.outputs<Outputs>();
  });
  // The files behind know of one CA.
  afterAll(() => trio.destroy());

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

  /** The places where Consul listens by TCP or on a socket for HTTP and HTTPS. */
  const doors = (name: string) =>
    on(
      name,
      "{ sudo ss -Hltn '( sport = :80 or sport = :8501 )' | awk '{ print $4 }'; sudo find /run/consul -type s -printf '%p %m %u\\n' 2>/dev/null; } | paste -sd,",
    );
  const trusted = async () =>
    (await trio.outputs<Outputs>()).caCertificate.split("BEGIN").length - 1;

  test("goes to HTTPS alone, by which the scripts ask as well, and trusts another CA", async () => {
    const alone = { ...trio.settings, ports: { http: -1 }, tls: { authorities: [1, 2] } };
    const kept = await keepsItsPromise(trio, addresses, alone, { says: "restart" });
    expect(kept.said).toContain("leadership handed over");
    const notes = kept.plan.warnings.map(({ text }) => text).join();
    expect(notes).toContain("`ports.http` 80 → off");
    expect(notes).toContain("CAs of `tls`, `made` → `made` and `made-2`");
    for (const name of names) expect(await doors(name)).toBe("*:8501");
    expect(await trusted()).toBe(2);
  });

  test("lets that one sign, by a reload: no process is restarted", async () => {
    const before = await processes();
    const signs = { ...trio.settings, tls: { authorities: [2, 1] } };
    await keepsItsPromise(trio, addresses, signs, { says: "reload", gap: 100 });
    expect(await processes()).toEqual(before);
    const { caCertificate: old } = outputs;
    for (const host of Object.values(addresses))
      expect(await overTls({ host, port: 8501, ca: old }), "the old one alone").toMatch(
        /UNABLE_TO|SELF_SIGNED|SIGNATURE/,
      );
  });

  test("goes to a socket, which is root's and Consul's own, and trusts the old CA no more", async () => {
    const { ports: _, ...more } = trio.settings;
    const addressesOf = { http: "unix:///run/consul/http.sock" };
    const socket = { ...more, addresses: addressesOf, tls: { authorities: [2] } };
    await keepsItsPromise(trio, addresses, socket, { says: "restart" });
    const ask = "curl -s --unix-socket /run/consul/http.sock http://localhost/v1/status/leader";
    for (const name of names) {
      expect(await doors(name)).toBe("*:8501,/run/consul/http.sock 700 consul");
      expect(await on(name, `sudo ${ask}`)).toMatch(/^"\S+:8300"$/);
      expect(await on(name, `${ask} || echo $?`), "somebody else").toBe("7");
    }
    expect(await trusted()).toBe(1);
    const { httpAddresses } = await trio.outputs<Outputs>();
    expect(httpAddresses).toEqual(outputs.httpAddresses);
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
