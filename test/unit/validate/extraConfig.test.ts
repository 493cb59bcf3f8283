import { describe, expect, test } from "vitest";
import { planCluster } from "../../../components/cluster/plan";
import { renderConsulConfig, renderSecrets } from "../../../components/render/consulConfig";
import { MANAGED_KEYS } from "../../../components/validate";
import { type Anything, nspawnArgs, problemsOf } from "./support";

function refusals(extraConfig: Anything): string[] {
  return problemsOf({ extraConfig });
}

/** `{ "a": { "b": value } }` for `a.b`. */
function nested(key: string, value: unknown): Anything {
  return key.split(".").reduceRight((inner, step) => ({ [step]: inner }), value as Anything);
}

describe("keys that the component governs", () => {
  test("every key of the rendered configuration is governed, but for those that a user may overrule", () => {
    const plan = planCluster(nspawnArgs());
    const [server] = plan.servers;
    const { server: restart, reloadable, bootstrap } = renderConsulConfig(plan, server as Anything);
    const rendered = [restart, reloadable, bootstrap, renderSecrets("key")].flatMap((text) =>
      leaves(JSON.parse(text)),
    );
    expect(rendered.length).toBeGreaterThan(25);
    const governed = new Set(MANAGED_KEYS.map(({ key }) => key));
    expect(rendered.filter((key) => !governed.has(key))).toEqual(["disable_update_check"]);
  });

  test("each is refused, in small and in capital letters below the top, and names the way out", () => {
    for (const { key, instead } of MANAGED_KEYS) {
      const found = [`extraConfig.${key}: is governed by this component: ${instead}`];
      expect(refusals(nested(key, "hunter2"))).toEqual(found);
      const [top = "", ...below] = key.split(".");
      if (below.length === 0) continue;
      const loud = [top, ...below.map((step) => step.toUpperCase())].join(".");
      expect(refusals(nested(loud, "hunter2"))).toHaveLength(1);
    }
  });

  test("no key stands twice", () => {
    expect(new Set(MANAGED_KEYS.map(({ key }) => key)).size).toBe(MANAGED_KEYS.length);
  });

  test("their neighbours are free", () => {
    expect(
      refusals({
        performance: { leave_drain_time: "5s" },
        dns_config: { node_ttl: "10s", a_record_limit: 2 },
        ui_config: { content_path: "/consul/" },
        autopilot: { cleanup_dead_servers: true },
        ports: { sidecar_min_port: 21000 },
        addresses: { https: "127.0.0.1" },
        log_level: "WARN",
        retry_join_wan: ["203.0.113.9"],
        tls: { defaults: { key_file: "/etc/consul-tls/key.pem" } },
        auto_config: { intro_token_file: "/etc/token" },
        acl: { enabled: true, default_policy: "deny", token_ttl: "30s" },
        services: [{ name: "web", port: 80, meta: { a: null } }],
      }),
    ).toEqual([]);
  });

  test("a list around a group, which Consul looks through, hides nothing", () => {
    expect(refusals({ performance: [{ raft_multiplier: 5 }] })).toEqual([
      "extraConfig.performance: must be an object, not a list",
    ]);
    expect(refusals({ ports: 80 })).toEqual(["extraConfig.ports: must be an object, not a number"]);
    expect(refusals({ acl: [{ tokens: [{ agent: "x" }] }] })).toHaveLength(1);
  });
});

describe("secrets", () => {
  test.each([
    "acl.tokens",
    "acl.tokens.agent",
    "acl_master_token",
    "auto_config.intro_token",
    "cloud.client_secret",
    "connect.ca_config.private_key",
    "telemetry.circonus_api_token",
    "service.token",
    "encrypt",
  ])("%s is refused, and not shown", (key) => {
    expect(refusals(nested(key, "hunter2"))).toHaveLength(1);
    expect(refusals(nested(key, "hunter2")).join()).not.toContain("hunter2");
  });

  test("tokens in a list of services are found", () => {
    expect(refusals({ services: [{ name: "a" }, { name: "b", token: "hunter2" }] })).toEqual([
      expect.stringContaining("extraConfig.services[1].token: looks like a secret"),
    ]);
  });
});

describe("the form", () => {
  test.each([
    ["logLevel", "log_level"],
    ["Log_Level", "log_level"],
    ["log-level", "log_level"],
    ["NodeName", "node_name"],
  ])("%s is spelled %s", (key, meant) => {
    expect(refusals({ [key]: "x" })).toEqual([
      `extraConfig.${key}: is not spelled as Consul's settings are; write "${meant}"`,
    ]);
  });

  test("plain JSON and nothing else", () => {
    expect(refusals([])).toEqual(["extraConfig: must be an object, not a list"]);
    expect(refusals({ log_level: undefined })).toHaveLength(1);
    expect(refusals({ limits: { http_max_conns_per_client: Number.NaN } })).toHaveLength(1);
    expect(refusals({ node_meta: { since: new Date() } })).toHaveLength(1);
    expect(refusals({ node_meta: { since: () => 1 } })).toHaveLength(1);
    const circle: Anything = { name: "a" };
    circle.meta = { circle };
    expect(refusals({ service: circle })).toEqual([
      "extraConfig.service.meta.circle: holds itself, which JSON cannot",
    ]);
  });

  test("the same object in two places is no circle", () => {
    const check = { interval: "10s" };
    expect(refusals({ services: [{ check }, { check }] })).toEqual([]);
  });
});

function leaves(value: Anything, path: string[] = []): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path.join(".")];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
