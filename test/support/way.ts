import type { Settings } from "./stack";

/**
 * How the clusters of test/changes talk, by CONSUL_CLUSTER_TESTS_WAY: as the article's do, or with TLS and ACLs, and then with plain HTTP on
 * loopback, with HTTPS alone, or with a socket for the host's own programs. All other tests are plain (vitest.config.mts).
 */
const ways = {
  plain: {},
  secured: { tls: {}, acl: {} },
  https: { tls: {}, acl: {}, ports: { http: -1 } },
  socket: { tls: {}, acl: {}, addresses: { http: "unix:///run/consul/http.sock" } },
} satisfies Record<string, Settings>;

export const wayName = (process.env.CLUSTER_WAY ?? "plain") as keyof typeof ways;
if (!(wayName in ways))
  throw new Error(
    `CONSUL_CLUSTER_TESTS_WAY is "${wayName}"; it can be ${Object.keys(ways).join(", ")}`,
  );

export const way: Settings = ways[wayName];

export const secured = wayName !== "plain";
