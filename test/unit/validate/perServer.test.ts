// What one server, or one client agent, has of its own: the rules of what all have, told where it stands.
//
// Does not prove that Consul takes what is let through: the hosts ask it, before anything that runs changes.

import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { MANAGED_KEYS } from "../../../components/validate";
import { validateClients } from "../../../components/validate/client";
import {
  type Anything,
  awsArgs,
  existingServer,
  nspawnArgs,
  problems,
  withSecond,
} from "./support";

const sources: [string, (own: Anything) => Anything][] = [
  ["existing.servers[1]", withSecond],
  [
    "nspawn.machines[1]",
    (own) => {
      const args = nspawnArgs();
      Object.assign(args.nspawn.machines[1], own);
      return args;
    },
  ],
  [
    "aws.servers[1]",
    (own) => {
      const args = awsArgs();
      Object.assign(args.aws.servers[1], own);
      return args;
    },
  ],
];

describe.each(sources)("%s", (path, args) => {
  test("takes what it has of its own", () => {
    const own = {
      nodeMeta: { rack: "r7", "zone-1": "" },
      environment: { GOMAXPROCS: "4" },
      extraConfig: { log_level: "DEBUG", limits: { rpc_rate: 200 } },
    };
    expect(problems(args(own))).toEqual([]);
  });

  test("is told where it says what the component governs", () => {
    expect(problems(args({ extraConfig: { bind_addr: "10.0.0.1" } }))).toEqual([
      `${path}.extraConfig.bind_addr: is governed by this component: it is the \`address\` of the machine or server`,
    ]);
    expect(problems(args({ extraConfig: { performance: { raft_multiplier: 2 } } }))).toEqual([
      `${path}.extraConfig.performance.raft_multiplier: is governed by this component: use the argument \`performance.raftMultiplier\``,
    ]);
  });

  test("is told of wrong shapes", () => {
    expect(problems(args({ nodeMeta: "r7", environment: ["A=1"], extraConfig: "debug" }))).toEqual([
      `${path}.nodeMeta: must be an object, not a string`,
      `${path}.environment: must be an object, not a list`,
      `${path}.extraConfig: must be an object, not a string`,
    ]);
    expect(problems(args({ environment: { "A-B": "1" }, extraConfig: { logLevel: "x" } }))).toEqual(
      [
        `${path}.environment.A-B: is not a variable's name; give letters, digits and \`_\`, not starting with a digit`,
        `${path}.extraConfig.logLevel: is not spelled as Consul's settings are; write "log_level"`,
      ],
    );
  });
});

const ofSecond = (own: Anything, changes: Anything = {}) =>
  problems({ ...withSecond(own), ...changes });

test("every key that is governed for all is governed for one", () => {
  for (const { key, instead } of MANAGED_KEYS) {
    if (key.startsWith("autopilot.")) continue;
    const extraConfig = key
      .split(".")
      .reduceRight((inner, step) => ({ [step]: inner }), "x" as Anything);
    expect(ofSecond({ extraConfig })).toEqual([
      `existing.servers[1].extraConfig.${key}: is governed by this component: ${instead}`,
    ]);
  }
});

test("node metadata has one way, and autopilot is the cluster's", () => {
  expect(
    ofSecond({ extraConfig: { node_meta: { rack: "r7" }, autopilot: { min_quorum: 1 } } }),
  ).toEqual([
    "existing.servers[1].extraConfig.node_meta: is governed by this component: use the argument `nodeMeta`",
    "existing.servers[1].extraConfig.autopilot: is governed by this component: it is the whole cluster's; set it in the `extraConfig` of all",
  ]);
});

test("node metadata that Consul would refuse is told before any host is reached", () => {
  const nodeMeta = {
    "a b": "1",
    ["k".repeat(129)]: "1",
    "consul-zone": "1",
    long: "é".repeat(257),
    number: 7,
    admin_password: "hunter2",
  };
  const found = ofSecond({ nodeMeta });
  expect(found.map((text) => text.replace(/^existing\.servers\[1\]\.nodeMeta\./, ""))).toEqual([
    "a b: is no key of node metadata; give up to 128 letters, digits, `_` and `-`",
    `${"k".repeat(129)}: is no key of node metadata; give up to 128 letters, digits, \`_\` and \`-\``,
    "consul-zone: begins with `consul-`, which Consul keeps for itself; give another key",
    "long: is longer than 512 bytes, and Consul takes no more",
    "number: must be a string, not a number",
    "admin_password: looks like a secret, and these settings are staged in the open, no place for a secret",
  ]);
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, ""]));
  expect(ofSecond({ nodeMeta: many })).toEqual([
    "existing.servers[1].nodeMeta: holds more than 64 pairs, and Consul takes no more",
  ]);
});

test("what is wrong beside other arguments of all is told at the one", () => {
  const refused = { http_config: { allow_write_http_from: ["127.0.0.1/32"] } };
  expect(
    ofSecond({ extraConfig: refused }, { addresses: { http: "unix:///run/consul/http.sock" } }),
  ).toEqual([
    expect.stringMatching(
      /^existing\.servers\[1\]\.extraConfig\.http_config\.allow_write_http_from: has Consul refuse/,
    ),
  ]);
  expect(ofSecond({ extraConfig: { services: [] } }, { acl: {} })).toEqual([
    expect.stringMatching(/^existing\.servers\[1\]\.extraConfig\.services: is not registered/),
  ]);
  // What all say is told once, and not for each.
  expect(ofSecond({ extraConfig: {} }, { acl: {}, extraConfig: { services: [] } })).toHaveLength(1);
});

describe("a client agent", () => {
  const ofClient = (own: Anything, changes: Anything = {}) =>
    validateClients({
      servers: ["10.0.0.99"],
      gossipKey: Buffer.alloc(32, "a b c d e f g h").toString("base64"),
      existing: { hosts: [existingServer(1), existingServer(2, own)] },
      ...changes,
    } as PlainClientArgs).map(({ path, message }) => `${path}: ${message}`);

  test("has its own, too, by the rules of clients", () => {
    expect(ofClient({ nodeMeta: { rack: "r7" }, extraConfig: { log_level: "DEBUG" } })).toEqual([]);
    expect(ofClient({ extraConfig: { services: [] } })).toEqual([
      "existing.hosts[1].extraConfig.services: is governed by this component: use the argument `services`",
    ]);
  });

  test("and its metadata does not say how it talks TLS", () => {
    const nodeMeta = { "cluster-tls": "x" };
    expect(ofClient({ nodeMeta })).toEqual([]);
    expect(ofClient({ nodeMeta }, { tls: { caCertificate: "" } })).toEqual([
      expect.stringMatching(/^existing\.hosts\[1\]\.nodeMeta\.cluster-tls: is governed/),
    ]);
  });
});
