// Laws of the rendered settings that hold for every cluster, on generated arguments.
//
// Does not prove that a setting does what its name says, nor that the list of those which Consul reloads
// is right: that was read off Consul's source.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClusterPlan, planCluster, type ServerPlan } from "../../../components/cluster/plan";
import type { Files } from "../../../components/render/files";
import { renderSecretFiles, renderServerFiles } from "../../../components/render/server";
import { extraConfig, hosts, plainArgs } from "./arbitraries";
import { cases, gossipKey, label, owner, servers } from "./cases";

type Json = Record<string, unknown>;

const jsonFiles = [
  "10-server.json",
  "20-reloadable.json",
  "30-secrets.json",
  "40-neighbours.json",
  "bootstrap.json",
];

function filesOfEach(plan: ClusterPlan): [ServerPlan, Files][] {
  return plan.servers.map((server) => [
    server,
    { ...renderServerFiles(plan, server), ...renderSecretFiles(gossipKey, label, owner) },
  ]);
}

function parsed(files: Files, name: string): Json {
  return JSON.parse(files[name] as string);
}

/** Every value that is not an object with members, by its path, a JSON list of keys. */
function leaves(value: unknown, path: string[] = []): [string, unknown][] {
  const members =
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : [];
  return members.length === 0
    ? [[JSON.stringify(path), value]]
    : members.flatMap(([key, member]) => leaves(member, [...path, key]));
}

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test("the order in which keys were inserted changes no byte", () => {
  fc.assert(
    fc.property(plainArgs, (args) => {
      const other = reversed(args) as typeof args;
      expect(filesOfEach(planCluster(other))).toEqual(filesOfEach(planCluster(args)));
    }),
  );
});

test("the keys of every object are sorted, at any depth", () => {
  const inOrder = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.values(value).every(inOrder) &&
      // Whole numbers as keys come first in JavaScript, in their own order.
      [...Object.keys(value)]
        .filter((key) => !/^\d+$/.test(key))
        .every((key, i, all) => i === 0 || (all[i - 1] as string) < key));
  fc.assert(
    fc.property(plainArgs, (args) => {
      for (const [, files] of filesOfEach(planCluster(args))) {
        for (const name of jsonFiles) expect(inOrder(parsed(files, name)), files[name]).toBe(true);
      }
    }),
  );
});

test("every server joins all others and never itself", () => {
  fc.assert(
    fc.property(hosts, (existing) => {
      const plan = planCluster({ existing });
      for (const [server, files] of filesOfEach(plan)) {
        const others = plan.servers.filter(({ name }) => name !== server.name);
        const { retry_join: joined, ...more } = parsed(files, "40-neighbours.json");
        expect(joined).not.toContain(server.address);
        expect(joined).toEqual(others.map(({ address }) => address));
        expect(more).toEqual({});
      }
    }),
  );
});

test("who comes and who goes changes no file that a running server would have to read again", () => {
  fc.assert(
    fc.property(plainArgs, (args) => {
      const all = args.existing?.servers ?? [];
      // The first of them alone, then among the others.
      const [alone, among] = [all.slice(0, 1), all].map(
        (servers) => filesOfEach(planCluster({ ...args, existing: { servers } }))[0]?.[1],
      ) as [Files, Files];
      const changed = Object.keys(alone).filter((name) => alone[name] !== among[name]);
      expect(changed).toEqual(
        all.length > 1 ? ["40-neighbours.json", "bootstrap.json", "facts"] : [],
      );
    }),
  );
});

test("a new cluster expects all of its servers and no fewer", () => {
  fc.assert(
    fc.property(hosts, (existing) => {
      const plan = planCluster({ existing });
      for (const [, files] of filesOfEach(plan)) {
        expect(parsed(files, "bootstrap.json")).toEqual({
          bootstrap_expect: plan.servers.length,
          autopilot: { min_quorum: plan.servers.length },
        });
      }
    }),
  );
});

test("every value of extraConfig stands in exactly one of the files, unchanged", () => {
  const existing = servers("10.0.0.11");
  let seen = 0;
  fc.assert(
    fc.property(extraConfig, (extra) => {
      const [, files] = filesOfEach(planCluster({ existing, extraConfig: extra }))[0] as [
        unknown,
        Files,
      ];
      const found = jsonFiles.map((name) => new Map(leaves(parsed(files, name))));
      // -0 is 0 in JSON.
      const wanted = leaves(JSON.parse(JSON.stringify(extra))).filter(([path, value]) => {
        // An object without members says nothing; a managed key may have come to stand in it.
        return path !== "[]" && !(value instanceof Object && !Array.isArray(value));
      });
      for (const [path, value] of wanted) {
        const holding = found.filter((file) => file.has(path));
        expect(holding, path).toHaveLength(1);
        expect(holding[0]?.get(path)).toEqual(value);
        seen += 1;
      }
    }),
    { numRuns: 150 },
  );
  // Should validation ever let nothing through, the test would be empty.
  expect(seen).toBeGreaterThan(150);
});

test("no value stands in two of a server's files", () => {
  fc.assert(
    fc.property(plainArgs, (args) => {
      for (const [, files] of filesOfEach(planCluster(args))) {
        const paths = jsonFiles.flatMap((name) =>
          leaves(parsed(files, name)).flatMap(([path]) => (path === "[]" ? [] : [path])),
        );
        expect(paths.filter((path, i) => paths.indexOf(path) !== i)).toEqual([]);
      }
    }),
  );
});

test("the gossip key stands in the secret files alone", () => {
  for (const { args } of Object.values(cases)) {
    for (const [, files] of filesOfEach(planCluster(args))) {
      const holding = Object.keys(files).filter((name) => files[name]?.includes(gossipKey));
      expect(holding).toEqual(["30-secrets.json", "gossip-key"]);
    }
  }
});

test("of `limits` only what Consul reloads is in the file for a reload", () => {
  const limits = {
    http_max_conns_per_client: 100,
    https_handshake_timeout: "6s",
    kv_max_value_size: 1024,
    request_limits: { mode: "disabled" },
    rpc_client_timeout: "70s",
    rpc_handshake_timeout: "6s",
    rpc_max_burst: 2000,
    rpc_max_conns_per_client: 90,
    rpc_rate: 500,
    txn_max_req_len: 2048,
  };
  const plan = planCluster({ existing: servers("10.0.0.11"), extraConfig: { limits } });
  const [, files] = filesOfEach(plan)[0] as [unknown, Files];
  expect(Object.keys(parsed(files, "10-server.json").limits as Json)).toEqual([
    "https_handshake_timeout",
    "kv_max_value_size",
    "rpc_handshake_timeout",
    "txn_max_req_len",
  ]);
  expect(Object.keys(parsed(files, "20-reloadable.json").limits as Json)).toHaveLength(6);
});
