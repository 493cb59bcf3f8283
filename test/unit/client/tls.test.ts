// TLS of a client agent: its files, what turns it on and off, what a host does while no server has given it a certificate.
//
// Does not prove that Consul takes them: host-lib/recording/tlsClients.ts led real agents of both releases through it, and
// test/changes/14-tls-clients.test.ts does so with machines.

import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { caDigests } from "../../../components/render/tls";
import { validateClients } from "../../../components/validate/client";
import type { Agents, Answers } from "../../support/curl/fakeConsul";
import { tlsFile } from "../../support/tlsFiles";
import { agent } from "../host-lib/answers";
import { clientHost } from "./host";
import { clientArgs, rendered } from "./support";

const ca = tlsFile("ca.pem");
const tls = { caCertificate: ca };
const api = "http://127.0.0.1:8500";
const json = (text: string | undefined) => JSON.parse(text as string);

describe("the files", () => {
  test("ask servers for a certificate, know them by the CA and by their name, and say so", () => {
    const { files, secrets } = rendered({ tls });
    expect(json(files["10-client.json"])).toMatchObject({
      auto_encrypt: { tls: true },
      tls: {
        defaults: { ca_file: "/etc/consul.d/client/tls/ca.pem", verify_outgoing: true },
        internal_rpc: { verify_server_hostname: true },
      },
      node_meta: { "cluster-tls": "auto-encrypt" },
    });
    expect(secrets["tls-ca.pem"]).toBe(ca);
    expect(secrets["certificate-label"]).toMatch(/^[0-9a-f]{12}\n$/);
    expect(Object.keys(secrets).filter((name) => name.startsWith("tls-"))).toEqual([
      "tls-ca.pem",
      "tls-valid",
    ]);
  });

  test("of no CA are those without TLS", () => {
    expect(rendered({ tls: { caCertificate: "" } })).toMatchObject(
      (({ files, secrets, wanted }) => ({ files, secrets, wanted }))(rendered()),
    );
  });

  test("leave other metadata of the node where a reload takes it over", () => {
    const { files } = rendered({ tls, extraConfig: { node_meta: { rack: "1" } } });
    expect(json(files["20-reloadable.json"]).node_meta).toEqual({
      rack: "1",
      "cluster-cas": caDigests(ca)[0],
    });
    expect(json(files["10-client.json"]).node_meta).toEqual({ "cluster-tls": "auto-encrypt" });
  });
});

describe("what is refused", () => {
  const problems = (more: object) =>
    validateClients(clientArgs(more as Partial<PlainClientArgs>)).map(
      ({ path, message }) => `${path}: ${message}`,
    );

  test.each<[unknown, string]>([
    ["on", "tls: must be an object, not a string"],
    [{}, "tls.caCertificate: is missing; give certificates in PEM"],
    [{ caCertificate: "x" }, "tls.caCertificate: holds no certificate; give one in PEM"],
    [{ caCertificate: ca + ca }, "tls.caCertificate: block 2 is there twice"],
    [{ caCertificate: ca + tlsFile("server.pem") }, "tls.caCertificate: block 2 is no CA's"],
    [{ caCertificate: tlsFile("server.pem") }, "tls.caCertificate: is no CA's certificate"],
  ])("%# as a CA", (said, message) => {
    expect(problems({ tls: said })).toEqual([expect.stringContaining(message)]);
  });

  test("one that has ended", () => {
    expect(problems({ tls: { caCertificate: tlsFile("expired.pem") } })).toContainEqual(
      expect.stringMatching(/^tls\.caCertificate: has ended on /),
    );
  });

  test("nothing of a good one, or of none", () => {
    expect(problems({ tls })).toEqual([]);
    expect(problems({ tls: { caCertificate: "" } })).toEqual([]);
  });

  test.each([
    ["tls", { defaults: {} }],
    ["auto_encrypt", { tls: true }],
    ["verify_outgoing", true],
    ["node_meta.cluster-tls", "yes"],
    ["node_meta.cluster-cas", "c"],
  ])("extraConfig.%s beside it, and not without it", (path, value) => {
    const [key, below] = path.split(".") as [string, string?];
    const extraConfig = { [key]: below === undefined ? value : { [below]: value } };
    expect(problems({ extraConfig })).toEqual([]);
    expect(problems({ tls, extraConfig })).toEqual([
      expect.stringMatching(new RegExp(`^extraConfig\\.${path}: `)),
    ]);
  });
});

describe("on its host", () => {
  const host = (more: Partial<PlainClientArgs>, before: Partial<PlainClientArgs> = more) => {
    const made = clientHost(rendered(more));
    made.write("state/active", rendered(before).wanted);
    return made;
  };
  const choose = (more: Partial<PlainClientArgs>, before: Partial<PlainClientArgs>) =>
    host(more, before).says("activate-client.sh", "choose_action");

  test("it is turned on and off by a restart; a service is a reload with it, too", () => {
    expect(choose({ tls }, {})).toBe("restart");
    expect(choose({}, { tls })).toBe("restart");
    expect(choose({ tls }, { tls })).toBe("no_op");
    expect(choose({ tls, services: [{ name: "a", port: 1 }] }, { tls })).toBe("reload");
  });

  test("the set that Consul reads has the CA, and nothing else of TLS", () => {
    const made = host({ tls, configDir: "/CONFIG" });
    made.run("activate-client.sh", "chown() { :; }; install_config");
    const list = 'cd "$(staged_fact config_dir)/tls" && ls';
    expect(made.says("library", list)).toBe("ca.pem\nvalid");
    expect(made.read("config/tls/ca.pem")).toBe(ca);
  });

  test("nobody dials it after a reload", () => {
    expect(host({ tls }).holds("library", "certificate_is_shown")).toBe(true);
  });

  // Consul opens no HTTP before a server has given it a certificate.
  describe("while no server answers", () => {
    const silent = (pid = 4711, more: Partial<PlainClientArgs> = { tls }) => {
      const made = host(more);
      made.agents = { [api]: "refused" };
      made.service.MainPID = pid;
      return made;
    };
    const gate =
      "CLIENT_AFTER_S=0; sleep() { :; }; read_self() { return 2; }; gate_after_restart 1.22.0 '' || echo \"$reason\"";

    test("it waits, and is not in a crash loop", () => {
      const said = silent().says("activate-client.sh", `api=${api}; ${gate}`);
      expect(said).toContain("does not answer: with TLS it opens no HTTP before a server");
      const plain = silent(4711, {}).says("activate-client.sh", `api=${api}; ${gate}`);
      expect(plain).not.toContain("with TLS");
      expect(silent().holds("activate-client.sh", "crash_looping")).toBe(false);
    });

    test("a run starts it anew, for its pauses grow: where nothing listens, and it runs", () => {
      const waits = (made: ReturnType<typeof silent>, probe = "") =>
        made.holds("activate-client.sh", `{ api=${api}; ${probe} needs_rejoin; }`);
      expect(waits(silent())).toBe(true);
      expect(waits(silent(0))).toBe(false);
      expect(waits(silent(4711, {}))).toBe(false);
      const other = silent();
      other.agents = { [api]: agent("1.22.0", "client-no-leader") };
      expect(waits(other, "probe() { echo open; };")).toBe(false);
    });
  });

  test("one that the servers let in no more, or give no certificate, is healed by turning it on, or off", () => {
    const rejoins = (more: Partial<PlainClientArgs>, before: Partial<PlainClientArgs>) => {
      const made = host(more, before);
      made.agents = { [api]: agent("1.22.0", "client-no-leader") };
      const probe = "probe() { echo open; };";
      return made.holds("activate-client.sh", `{ api=${api}; ${probe} needs_rejoin; }`);
    };
    expect(rejoins({ tls }, {})).toBe(true);
    expect(rejoins({}, { tls })).toBe(true);
    expect(rejoins({ tls }, { tls })).toBe(false);
  });

  describe("another CA", () => {
    const [one, other] = [ca, tlsFile("other-ca.pem")];
    const raft = (port = 8300) => `https://10.0.0.11:${port}`;
    const staged = (trusted: string, agents: Agents, more: Partial<PlainClientArgs> = {}) => {
      const made = host({ tls, ...more });
      made.write("config/tls/ca.pem", one);
      made.write("state/staged/secrets/tls-ca.pem", trusted);
      made.agents = agents;
      return () => made.says("stage-config.sh", "check_ca_of_client");
    };
    const shows = (exit: number): Answers => ({ "GET /": { exit } });

    test("that its servers do not know is refused", () => {
      const silent = {
        "https://10.0.0.12:8300": "silent",
        "https://10.0.0.13:8300": "silent",
      } as const;
      expect(staged(other + one, { [raft()]: shows(56), ...silent })()).toBe("");
      expect(staged(other, { [raft()]: shows(60) })).toThrow(
        /server at 10\.0\.0\.11 is not known by/,
      );
      expect(staged(other, { [raft()]: "silent", ...silent })).toThrow(
        /is not known: none of them/,
      );
      const elsewhere = { extraConfig: { ports: { server: 8310 } } };
      expect(staged(other + one, { [raft(8310)]: shows(56) }, elsewhere)()).toBe("");
    });

    test("shares one with what runs, or is not staged", () => {
      const made = host({ tls });
      made.write("config/tls/ca.pem", other);
      made.write("state/staged/incoming/tls-ca.pem", one);
      const call = 'incoming="$STAGED/incoming"; refuse_strange_cas';
      expect(() => made.says("stage-secrets.sh", call)).toThrow(
        /the CA of these certificates is an/,
      );
    });
  });
});
