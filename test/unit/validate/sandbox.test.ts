// What the sandbox of Consul's unit would forbid is refused before a host is reached, and nothing else is.
//
// Does not prove that a file is there, or that the user consul may read it: stage-config.sh looks at that on the host.

import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { renderSystemdUnit } from "../../../components/render/systemdUnit";
import { validateClients } from "../../../components/validate/client";
import { clientArgs } from "../client/support";
import { type Anything, problemsOf } from "./support";

const refusals = (extraConfig: Anything, more: Anything = {}) =>
  problemsOf({ extraConfig, ...more });

const nowhereElse = "is not inside dataDir, and Consul's sandbox lets it write nowhere else; give";

test("what is refused is what the unit says", () => {
  const unit = renderSystemdUnit({ configDir: "/etc/consul.d/server", dataDir: "/srv/consul" });
  for (const line of ["ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes"])
    expect(unit).toContain(`\n${line}\n`);
  expect(unit.match(/^ReadWritePaths=.*$/gm)).toEqual(["ReadWritePaths=/srv/consul"]);
  expect(unit).not.toMatch(/^(RuntimeDirectory|LogsDirectory|BindPaths|WorkingDirectory)=/m);
});

test("Consul may own the sockets that it makes, and makes the folder of one below /run; nobody else's unit says so", () => {
  const folders = { configDir: "/etc/consul.d/server", dataDir: "/srv/consul" };
  const unit = (more: object) =>
    renderSystemdUnit({ ...folders, ...more }).match(/^(RuntimeDirectory.*|.*@chown)$/gm);
  expect(unit({ addresses: { http: "own unix:///run/consul-api/http.sock" } })).toEqual([
    "RuntimeDirectory=consul-api",
    "RuntimeDirectoryMode=0750",
    "SystemCallFilter=@chown",
  ]);
  const extraConfig = { addresses: { grpc: "unix:///srv/consul/grpc.sock" } };
  expect(unit({ extraConfig })).toEqual(["SystemCallFilter=@chown"]);
  for (const none of [{}, { addresses: { http: "own" } }, { extraConfig: { addresses: "" } }])
    expect(unit(none)).toBeNull();
});

describe("what Consul writes", () => {
  test.each<[string, Anything, string]>([
    [
      "log_file",
      { log_file: "/var/log/consul/" },
      `extraConfig.log_file: "/var/log/consul/" ${nowhereElse} "/var/consul/consul.log", or leave it out: the journal has all of it`,
    ],
    [
      "pid_file",
      { pid_file: "/run/consul.pid" },
      `extraConfig.pid_file: "/run/consul.pid" ${nowhereElse} "/var/consul/consul.pid"`,
    ],
    [
      "an audit log",
      { audit: { sink: { Main: { type: "file", path: "audit.json" } } } },
      `extraConfig.audit.sink.Main.path: "audit.json" ${nowhereElse} "/var/consul/audit.json"`,
    ],
    [
      "a socket",
      { addresses: { https: "127.0.0.1 unix:///run/consul/https.sock" } },
      `extraConfig.addresses.https: "/run/consul/https.sock" ${nowhereElse} "/var/consul/https.sock"`,
    ],
    [
      "a way out of dataDir",
      { log_file: "/var/consul/../log/consul.log" },
      `extraConfig.log_file: "/var/consul/../log/consul.log" ${nowhereElse} "/var/consul/consul.log", or leave it out: the journal has all of it`,
    ],
  ])("%s elsewhere is refused", (_, config, said) => {
    expect(refusals(config)).toEqual([said]);
  });

  test("inside dataDir is fine, also in one that is named", () => {
    const config = {
      log_file: "/srv/consul/consul.log",
      addresses: { https: "unix:///srv/consul/https.sock", grpc: "127.0.0.1" },
    };
    expect(refusals(config, { dataDir: "/srv/consul" })).toEqual([]);
    expect(refusals(config)).toHaveLength(2);
  });

  test("beside a dataDir that is none, it is dataDir that is refused", () => {
    expect(refusals({ log_file: "/var/log/consul.log" }, { dataDir: 7 })).toEqual([
      "dataDir: must be an absolute path, not a number",
    ]);
  });
});

test("whose its sockets are: its own user's, who can give them to nobody else", () => {
  const of = (user: string) => refusals({ unix_sockets: { user, group: "haproxy", mode: "0770" } });
  expect(of("consul")).toEqual([]);
  expect(of("root")).toEqual([
    expect.stringMatching(
      /^extraConfig\.unix_sockets\.user: "root": Consul runs as the user consul/,
    ),
  ]);
});

describe("what Consul reads", () => {
  test.each([
    ["tls.defaults.ca_file", "/home/admin/ca.pem", "inside /home, which"],
    ["tls.internal_rpc.ca_path", "/root", "inside /root, which"],
    ["tls.https.cert_file", "/tmp/cert.pem", "inside /tmp, which"],
    ["tls.grpc.key_file", "/etc/../home/key.pem", "inside /home, which"],
    ["ca_file", "/run/user/0/ca.pem", "inside /run/user, which"],
    ["connect.ca_config.ca_file", "/var/tmp/vault.pem", "inside /var/tmp, which"],
    ["license_path", "/root/consul.hclic", "inside /root, which"],
    ["auto_config.intro_token_file", "home/token", "inside /home, which"],
    ["ui_config.dir", "/home/ui", "inside /home, which"],
    ["tls.defaults.key_file", "~/key.pem", "nobody expands the `~`"],
    ["tls.defaults.cert_file", "/etc/consul.d/server/cert.pem", "inside configDir, from which"],
  ])("%s at %s is refused, with the way out", (key, path, why) => {
    const config = key.split(".").reduceRight<Anything>((inner, step) => ({ [step]: inner }), path);
    const [said = "", ...more] = refusals(config);
    expect(more).toEqual([]);
    expect(said.startsWith(`extraConfig.${key}: "${path}"`)).toBe(true);
    expect(said).toContain(why);
    expect(said).toMatch(/; (give the whole path|put it .*\/etc\/consul-tls for example)$/);
  });

  test("in capital letters and in lists, which Consul looks through", () => {
    expect(refusals({ tls: [{ DEFAULTS: { Ca_File: "/root/ca.pem" } }] })).toHaveLength(1);
  });

  test.each(["/etc/consul-tls/ca.pem", "/var/consul/ca.pem", "/homes/ca.pem", "/run/ca.pem", ""])(
    "%s is fine",
    (path) => {
      expect(refusals({ tls: { defaults: { ca_file: path } } })).toEqual([]);
    },
  );

  test("names that look like these and are none", () => {
    expect(
      refusals({ node_meta: { log_file: "/home/x" }, ui_config: { content_path: "/tmp/" } }),
    ).toEqual([]);
  });
});

test("all of it is said at once, for servers and for client agents", () => {
  const extraConfig = {
    log_file: "/var/log/consul.log",
    tls: { defaults: { ca_file: "/home/ca.pem", key_file: "/root/key.pem" } },
  };
  const paths = ["log_file", "tls.defaults.ca_file", "tls.defaults.key_file"].map(
    (key) => `extraConfig.${key}`,
  );
  expect(refusals(extraConfig).map((said) => said.split(":")[0])).toEqual(paths);
  const clients = { ...clientArgs(), extraConfig };
  const found = validateClients(clients as unknown as PlainClientArgs);
  expect(found.map(({ path }) => path)).toEqual(paths);
  // Their own folder of settings.
  const own = { tls: { defaults: { ca_file: "/etc/consul.d/client/ca.pem" } } };
  expect(
    validateClients({ ...clients, extraConfig: own } as unknown as PlainClientArgs),
  ).toHaveLength(1);
});
