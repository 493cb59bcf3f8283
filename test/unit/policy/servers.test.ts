// How clusters and their servers are found, and counted.
//
// The component refuses an even number itself: the resources here are those of a cluster of three, some left out.

import { describe, expect, test } from "vitest";
import { evenServers } from "../../../policy/rules/evenServers";
import { clusterOf, existing } from "../../graph/support/clusters";
import type { Registered } from "../../graph/support/recorder";
import { seen } from "./support/seen";

/** The resources of a cluster without those of some servers. */
async function without(name: string, ...gone: string[]): Promise<Registered[]> {
  const { resources } = await clusterOf(existing(), { name });
  const isGone = (one: Registered) =>
    gone.some((server) => one.name.startsWith(`${name}-${server}`));
  return resources.filter((one) => !isGone(one));
}

test("three servers, or one, pass", async () => {
  expect(evenServers(seen(await without("c")))).toEqual([]);
  expect(evenServers(seen(await without("c", "consul-2", "consul-3")))).toEqual([]);
});

describe("is refused, on its cluster", () => {
  test("two servers, by name", async () => {
    const [violation, ...more] = evenServers(seen(await without("c", "consul-2")));
    expect(more).toEqual([]);
    expect(violation?.urn).toBe(
      "urn:pulumi:test::consul-cluster::consul-cluster:index:ConsulCluster::c",
    );
    expect(violation?.message).toContain("the cluster c has 2 servers (consul-1, consul-3)");
    expect(violation?.message).toContain("add one or take one away");
  });

  test("none at all", async () => {
    const none = await without("c", "consul-1", "consul-2", "consul-3");
    expect(evenServers(seen(none))[0]?.message).toContain("has no server");
  });
});

test("two clusters of a stack are counted apart", async () => {
  const both = [...(await without("c")), ...(await without("d", "consul-1"))];
  expect(evenServers(seen(both)).map(({ message }) => message)).toEqual([
    expect.stringContaining("the cluster d has 2 servers"),
  ]);
});

test("a stack without a cluster has nothing to answer for", async () => {
  const others = (await without("c")).filter(({ type }) => type.startsWith("command:"));
  expect(evenServers(seen(others))).toEqual([]);
});
