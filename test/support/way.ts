import type { Settings } from "./stack";

/**
 * How the clusters of test/changes talk: with TLS and ACLs, or, with CONSUL_CLUSTER_TESTS_WAY=plain, as the article's do.
 * All others are plain (vitest.config.mts).
 */
export const secured = process.env.CLUSTER_WAY === "secured";

export const way: Settings = secured ? { tls: {}, acl: {} } : {};
