// One server is replaced at a time: what a run registers against what the last one left behind.
//
// Does not prove what the engine gives a policy to see: test/e2e/14-policies.test.ts does, but for EC2, whose plugin
// no registry has. There an instance that is made anew is taken to have an unknown ARN, as the AWS plugin's has.

import { describe, expect, test } from "vitest";
import type { Resource } from "../../../policy/graph";
import { oneReplacement } from "../../../policy/rules/replacements";
import { aws, awsClusterOf } from "../../graph/support/awsCluster";
import { clusterOf, existing, nspawn, servers } from "../../graph/support/clusters";
import { leftBehind, previewed, seen } from "./support/seen";

const machines = [1, 2, 3].map((i) => ({ name: `m-${i}`, address: `198.18.77.1${i}` }));
type Machine = (typeof machines)[number] & { generation?: number };

async function onMachines(
  changes: Partial<Record<string, Partial<Machine>>> = {},
  more: Machine[] = [],
) {
  const changed = machines.map((machine) => ({ ...machine, ...changes[machine.name] }));
  return seen((await clusterOf(nspawn({ machines: [...changed, ...more] }))).resources);
}

async function onHosts(addresses: Record<string, string> = {}) {
  const moved = servers().map((one) => ({ ...one, address: addresses[one.name] ?? one.address }));
  return seen((await clusterOf({ existing: { servers: moved } })).resources);
}

const told = (now: Resource[], before: Resource[]) =>
  oneReplacement(now, leftBehind(before)).map(({ message }) => message);

describe("machines of this computer", () => {
  test("none, one, and two that are new, pass", async () => {
    const before = await onMachines();
    const joining = [4, 5].map((i) => ({ name: `m-${i}`, address: `198.18.77.1${i}` }));
    expect(told(await onMachines(), before)).toEqual([]);
    expect(told(await onMachines({ "m-2": { generation: 2 } }), before)).toEqual([]);
    expect(told(await onMachines({ "m-2": { generation: 2 } }, joining), before)).toEqual([]);
  });

  test("a first run, which makes all, passes", async () => {
    expect(told(previewed(await onMachines()), [])).toEqual([]);
  });

  test.each<[string, Record<string, Partial<Machine>>, string]>([
    ["generations", { "m-1": { generation: 2 }, "m-3": { generation: 2 } }, "m-1, m-3"],
    [
      "addresses",
      { "m-1": { address: "198.18.77.21" }, "m-2": { address: "198.18.77.22" } },
      "m-1, m-2",
    ],
    ["one of each", { "m-2": { generation: 5 }, "m-3": { address: "198.18.77.23" } }, "m-2, m-3"],
  ])("two %s are refused", async (_, changes, names) => {
    expect(told(await onMachines(changes), await onMachines())).toEqual([
      `this run would replace 2 servers of the cluster c: ${names}. One goes at a time: change one, run, then change the next`,
    ]);
  });

  test("two that are asked to be replaced as they are (--replace) are refused", async () => {
    const before = await onMachines();
    expect(told(previewed(before, "c-m-1-machine"), before)).toEqual([]);
    expect(told(previewed(before, "c-m-1-machine", "c-m-3-machine"), before)).toEqual([
      expect.stringContaining("m-1, m-3"),
    ]);
  });

  test("machines that another release of the component updates in place pass", async () => {
    const before = await onMachines();
    const older = before.map((one) =>
      one.name.endsWith("-machine") ? { ...one, props: { ...one.props, stdin: "older" } } : one,
    );
    const all = machines.map(({ name }) => `c-${name}-machine`);
    expect(told(previewed(before, ...all), older)).toEqual([]);
  });

  test("a cluster that has another name than before is looked up under its old one", async () => {
    const before = await onMachines();
    const renamed = (await onMachines({ "m-1": { generation: 2 }, "m-2": { generation: 2 } })).map(
      (one) => ({ ...one, urn: one.urn.replace("::c", "::new"), aliases: [one.urn] }),
    );
    const moved = renamed.map((one) => ({ ...one, parent: one.parent?.replace("::c", "::new") }));
    expect(told(moved, before)).toHaveLength(1);
  });
});

describe("hosts that stand already", () => {
  test("one that moves passes, two are refused", async () => {
    const before = await onHosts();
    const one = { "consul-1": "10.0.1.11" };
    expect(told(await onHosts(one), before)).toEqual([]);
    expect(told(await onHosts({ ...one, "consul-3": "10.0.1.13" }), before)).toEqual([
      expect.stringContaining("consul-1, consul-3"),
    ]);
  });

  test("new ways to them, and a new release, replace nothing", async () => {
    const before = await onHosts();
    const args = { ...existing(), version: "1.21.5" };
    const later = seen((await clusterOf(args)).resources);
    const all = later.filter(({ type }) => type.startsWith("command:")).map(({ name }) => name);
    expect(told(previewed(later, ...all), before)).toEqual([]);
  });
});

describe("instances of EC2", () => {
  const instances = async (servers: object[] = []) =>
    seen(
      (await awsClusterOf(servers.length > 0 ? aws({ servers: servers as never }) : aws()))
        .resources,
    );

  test("two generations are refused, one passes", async () => {
    const named = [1, 2, 3].map((i) => ({ name: `consul-${i}`, address: `10.20.${i}.11` }));
    const before = previewed(await instances(named));
    const raised = (count: number) =>
      instances(named.map((one, i) => (i < count ? { ...one, generation: 2 } : one)));
    expect(told(previewed(await raised(1)), before)).toEqual([]);
    expect(told(previewed(await raised(2)), before)).toEqual([
      expect.stringContaining("consul-1, consul-2"),
    ]);
  });

  test("so are two that AWS cannot change in place, whatever the reason", async () => {
    const before = previewed(await instances());
    const name = (i: number) => `c-consul-${i}-instance`;
    expect(told(previewed(before, name(2)), before)).toEqual([]);
    expect(told(previewed(before, name(2), name(3)), before)).toEqual([
      expect.stringContaining("consul-2, consul-3"),
    ]);
  });
});
