// The table of keys that `extraConfig` must not say, against the keys that the renderer writes.
//
// Does not prove that the table's further keys (older names, keys that break a cluster) are all there are.

import { expect, test } from "vitest";
import { planCluster, type ServerPlan } from "../../../components/cluster/plan";
import { renderSecretFiles, renderServerFiles } from "../../../components/render/server";
import { settings } from "../../../components/settings";
import { rowsOf } from "../../../components/settings/setting";
import { MANAGED_KEYS, validate } from "../../../components/validate";
import { gossipKey, label, owner, servers } from "./cases";

const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");

/** A default of the component's own that a user may overrule. */
const free = ["disable_update_check"];

/** Governed without being written: what no server may have, and of the table older names, and keys that Consul decides about. */
const unwritten = [
  ...rowsOf(settings).flatMap(({ row }) => row.formerly ?? []),
  ...rowsOf(settings).flatMap(({ row: { consul, ...row } }) =>
    consul !== undefined && "default" in row && row.default === undefined ? [consul] : [],
  ),
  "advertise_addr_ipv4",
  "advertise_addr_ipv6",
  "auto_reload_config",
  "bootstrap",
  "client_addr",
  "node_id",
  "non_voting_server",
  "read_replica",
  "retry_max",
  "retry_max_wan",
  "serf_lan",
  "start_join",
];

function writtenKeys(): string[] {
  const plan = planCluster({ existing });
  const files = {
    ...renderServerFiles(plan, plan.servers[0] as ServerPlan),
    ...renderSecretFiles(gossipKey, label, owner),
  };
  return Object.entries(files)
    .filter(([name]) => name.endsWith(".json"))
    .flatMap(([, content]) => paths(JSON.parse(content)));
}

function paths(value: Record<string, unknown>, above = ""): string[] {
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? paths(member as Record<string, unknown>, `${above}${key}.`)
      : [above + key],
  );
}

/** `a.b` as `{ a: { b: value } }`. */
function nested(path: string, value: unknown): Record<string, unknown> {
  const [first, ...rest] = path.split(".") as [string, ...string[]];
  return { [first]: rest.length === 0 ? value : nested(rest.join("."), value) };
}

test("every key that the renderer writes is managed, and every managed key is written", () => {
  const managed = MANAGED_KEYS.map(({ key }) => key);
  expect([...managed, ...free].sort()).toEqual([...writtenKeys(), ...unwritten].sort());
});

test.each(writtenKeys().filter((key) => !free.includes(key)))(
  "%s is refused in extraConfig",
  (key) => {
    const problems = validate({ existing, extraConfig: nested(key, "1") });
    expect(problems.map(({ path }) => path)).toEqual([`extraConfig.${key}`]);
  },
);

test.each(free)("%s may be overruled in extraConfig", (key) => {
  const extraConfig = nested(key, "other");
  expect(validate({ existing, extraConfig })).toEqual([]);
  const plan = planCluster({ existing, extraConfig });
  const files = renderServerFiles(plan, plan.servers[0] as ServerPlan);
  expect(JSON.parse(files["10-server.json"] as string)).toMatchObject(extraConfig);
});
