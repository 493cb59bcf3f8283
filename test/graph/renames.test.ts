// What a component is called, and what an alias of its old name keeps as it was: tags, marks, folders, ids.
//
// Does not prove that the engine finds the old resources: test/upgrade/saved.test.ts does, on saved states.

import { describe, expect, test } from "vitest";
import { aws, awsClusterOf } from "./support/awsCluster";
import { type Cluster, clusterOf, existing, nspawn, textOf } from "./support/clusters";

/** As index.ts has it in a stack of this name; the stack of these tests is `test`. */
const root = (stack: string) => ({ name: "consul", opts: { aliases: [{ name: stack }] } });

/** The inputs by the name that they would have under the old one. */
function inputs(cluster: Pick<Cluster, "resources">, from: string, to: string) {
  const renamed = (name: string) => name.replace(new RegExp(`^${from}(?=-|$)`), to);
  return Object.fromEntries(
    cluster.resources
      .filter(({ name }) => !name.startsWith("default"))
      .map(({ name, inputs }) => [renamed(name), inputs]),
  );
}

describe("the root program's component, which was called as its stack", () => {
  test.each([
    ["hosts", existing()],
    ["machines", nspawn()],
  ])("asks for the same as under the old name, but for the owner's name: %s", async (_, args) => {
    const [was, is] = [
      await clusterOf(args, { name: "test" }),
      await clusterOf(args, root("test")),
    ];
    expect(is.errors).toEqual([]);
    const [before, after] = [inputs(was, "test", "test"), inputs(is, "consul", "test")];
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    const differing = Object.keys(before).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    );
    // The farewell, and the mark beside the machines' key, name their component to people; a look is made again with the
    // steps that are other ones. No machine's step is: a preview would not know its host key.
    const told = differing.filter((name) => !/-(reach|release|config)$/.test(name));
    expect(told.sort()).toEqual(
      args.nspawn ? ["test-farewell", "test-login-key-files"] : ["test-farewell"],
    );
    expect(textOf(is.get("consul-consul-1-release"), "stdin")).toContain(
      "OWNER_NAME='consul-cluster/test/consul'",
    );
    const [former, named] = [before["test-consul-1-config"], after["test-consul-1-config"]];
    expect(named).toEqual({
      ...former,
      create: String(former?.create).replace(
        "owner=consul-cluster/test/test",
        "owner=consul-cluster/test/consul",
      ),
    });
  });

  test("of one id with its departures, so that a whole cluster goes as one", async () => {
    const cluster = await clusterOf(existing(), root("test"));
    const ids = ["consul-farewell", "consul-consul-1-departure", "consul-consul-3-departure"].map(
      (name) => / cluster=(\S+) /.exec(textOf(cluster.get(name), "delete"))?.[1],
    );
    expect(ids).toEqual(Array(3).fill("consul-cluster.test.test"));
  });

  test("in an account it is told from that of another stack: by the tags, and by the marks of its volumes", async () => {
    const { get, errors } = await awsClusterOf(aws(), root("staging"));
    expect(errors).toEqual([]);
    const tags = get("consul-consul-1-instance").inputs.tags;
    expect(tags).toEqual({ Name: "staging-consul-1", "consul-cluster": "staging" });
    expect(get("consul-servers").inputs.tags).toMatchObject({ Name: "staging" });
    expect(textOf(get("consul-consul-1-release"), "create")).toContain(
      " cluster=consul-cluster.test.staging ",
    );
  });

  test("the mark of a data volume stays what it was made with", async () => {
    const recorded = { "consul-data-cluster": "consul-cluster.former.former" };
    const { get } = await awsClusterOf(aws(), { ...root("test"), recorded });
    expect(get("consul-data-cluster").ignoreChanges).toEqual(["stdin"]);
    expect(textOf(get("consul-consul-1-release"), "create")).toContain(
      " cluster=consul-cluster.former.former ",
    );
  });
});

describe("the copy of the machines' key", () => {
  const folderOf = async (options: Parameters<typeof clusterOf>[1]) => {
    const cluster = await clusterOf(nspawn(), options);
    const copy = cluster.resources.find(({ name }) => name.endsWith("-login-key-files"));
    return / create (\S+ \S+)$/.exec(String(copy?.inputs.create))?.[1];
  };

  test("lies in a folder that is called as the stack is", async () => {
    expect(await folderOf(root("test"))).toBe("/var/lib/consul-cluster test");
  });

  test("lies in one that no other stack has, where the component is another program's", async () => {
    expect(await folderOf({ name: "c" })).toBe("/var/lib/consul-cluster consul-cluster.test.c");
  });
});

test.each([
  ["a name", { name: "former" }, "former"],
  [
    "a URN",
    "urn:pulumi:test::consul-cluster::consul-cluster:index:ConsulCluster::former",
    "former",
  ],
  ["another parent only", { parent: undefined }, "consul"],
])("an alias that is %s", async (_, alias, label) => {
  const opts = { aliases: [alias] };
  const { get } = await awsClusterOf(aws(), { name: "consul", opts });
  expect(get("consul-login").inputs.tags).toMatchObject({ "consul-cluster": label });
});
