// What happens to machines on AWS: which change makes which of them anew, and what stays.
//
// Does not prove that the AWS plugin replaces what it is told to: no such plugin runs here.

import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/cluster/args";
import { type AwsArgs, aws, awsClusterOf } from "./support/awsCluster";
import { textOf } from "./support/clusters";
import { graphText } from "./support/graphText";
import { reveal } from "./support/values";

type AwsServer = AwsArgs["servers"][number];

const [one, two, three] = (aws().aws as AwsArgs).servers as [AwsServer, AwsServer, AwsServer];
const machines = ["consul-1", "consul-2", "consul-3"];

type Cluster = Awaited<ReturnType<typeof awsClusterOf>>;

/** What the recordings of a run hold: the next run finds them in its state. */
function recordings({ resources }: Cluster): Record<string, string> {
  const records = resources.filter(({ name }) => /-(recipe|user-data)-\d+$/.test(name));
  return Object.fromEntries(
    records.map(({ name, inputs }) => [name, reveal(inputs.stdin) as string]),
  );
}

const instance = (cluster: Cluster, name: string) => cluster.get(`c-${name}-instance`);

describe("an image that changed upstream", async () => {
  const before = await awsClusterOf(aws(), { image: "ami-0old" });
  const recorded = recordings(before);

  test("changes nothing: what a machine is made of was recorded when it was made", async () => {
    const after = await awsClusterOf(aws(), { image: "ami-0new", recorded });
    for (const name of machines)
      expect(instance(after, name).inputs).toEqual(instance(before, name).inputs);
    for (const name of Object.keys(recorded))
      expect(after.get(name).ignoreChanges).toEqual(["stdin"]);
  });

  test.each<[string, Partial<AwsArgs>]>([
    ["another family", { image: "amazon-linux-2023" }],
    ["another instance type", { instanceType: "m7i.large" }],
    ["a larger root volume", { rootVolumeGiB: 64 }],
    ["another key of KMS", { kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/other" }],
  ])("%s waits for the next generation, too", async (_, more) => {
    const after = await awsClusterOf(aws(more), { image: "ami-0new", recorded });
    for (const name of machines) {
      expect(instance(after, name).inputs).toEqual(instance(before, name).inputs);
      expect(textOf(after.get(`c-${name}-release`), "create")).toBe(
        textOf(before.get(`c-${name}-release`), "create"),
      );
    }
  });

  // For the data volume no generation is the right moment: it has the data.
  test("a data volume keeps its key of KMS", () => {
    for (const name of machines)
      expect(before.get(`c-${name}-data`).ignoreChanges).toEqual(["kmsKeyId", "availabilityZone"]);
  });

  // A new interface's subnet is not known before it is made, and so neither is the zone of it: that made a new volume.
  test("and stays in its zone whatever becomes of the interface; with a subnet that is named, in that one's", async () => {
    const servers = [one, two, three].map((server) => ({
      ...server,
      subnetId: "subnet-0a4d3c1be09f26a71",
    }));
    const { ignoreChanges, inputs } = (await awsClusterOf(aws({ servers }))).get("c-consul-1-data");
    expect([ignoreChanges, inputs.availabilityZone]).toEqual([
      ["kmsKeyId"],
      "zone-of-subnet-0a4d3c1be09f26a71",
    ]);
  });

  test("is taken by the one server whose generation is raised, and by no other", async () => {
    const servers = [one, { ...two, generation: 2 }, three];
    const after = await awsClusterOf(aws({ servers }), { image: "ami-0new", recorded });
    expect(machines.map((name) => instance(after, name).inputs.ami)).toEqual([
      "ami-0old",
      "ami-0new",
      "ami-0old",
    ]);
    expect(machines.map((name) => instance(after, name).replacementTrigger)).toEqual([1, 2, 1]);
    // With a host key of its own: whoever had the old machine's cannot pass for the new one.
    const hostKey = (cluster: Cluster) =>
      (reveal(cluster.get("c-consul-2-release").inputs.connection) as { hostKey: string }).hostKey;
    expect(hostKey(after)).not.toBe(hostKey(before));
  });

  test("a new machine has the address and the data of the old one", async () => {
    const servers = [one, { ...two, generation: 2 }, three];
    const after = await awsClusterOf(aws({ servers }), { image: "ami-0new", recorded });
    for (const kept of ["network", "data"])
      expect(after.get(`c-consul-2-${kept}`)).toEqual(before.get(`c-consul-2-${kept}`));
    const { inputs } = after.get("c-consul-2-data-attachment");
    expect(inputs).toMatchObject({ volumeId: "c-consul-2-data-id" });
  });
});

describe("one after the other", async () => {
  const cluster = await awsClusterOf(aws());

  test.each(machines)("%s: the old machine goes before the new one comes", (name) => {
    expect(instance(cluster, name).deleteBeforeReplace).toBe(true);
    expect(cluster.get(`c-${name}-data-attachment`).deleteBeforeReplace).toBe(true);
  });

  test.each(machines)("%s leaves the cluster before its machine goes", (name) => {
    const departure = cluster.get(`c-${name}-departure`);
    expect(departure.deleteBeforeReplace).toBe(true);
    expect(departure.inputs.triggers).toEqual([`c-${name}-instance-id`]);
    // Whatever depends on a machine that is replaced is deleted first.
    expect(behind(cluster, `c-${name}-departure`)).toContain(`c-${name}-instance`);
  });

  test("every machine waits for the guard, which tells two replacements from one", () => {
    for (const name of machines)
      expect(instance(cluster, name).dependencies).toContain("c-replacements");
    expect(textOf(cluster.get("c-replacements"), "stdin")).toMatch(
      /^consul-1 1@10.20.1.11@\nconsul-2 1@10.20.2.11@\nconsul-3 1@10.20.3.11@\n\* [0-9a-f]{12}\n$/,
    );
  });

  test("the guard knows whether AWS would refuse to end a machine", async () => {
    const guard = async (terminationProtection?: boolean) =>
      textOf((await awsClusterOf(aws({ terminationProtection }))).get("c-replacements"), "stdin");
    expect(await guard(true)).toContain("\n! protected\n* ");
    expect(await guard(false)).toBe(await guard());
  });

  test.each<[string, boolean, Partial<ConsulClusterArgs>]>([
    ["the defaults", true, {}],
    ["another port", false, { ports: { dns: 8600 } }],
    ["no DNS", false, { ports: { dns: -1 } }],
    ["its own address alone", false, { addresses: { dns: "own" } }],
  ])(
    "a new machine leaves port 53 to Consul where Consul takes it everywhere: %s",
    async (_, takes, more) => {
      const { get } = await awsClusterOf({ ...aws(), ...more });
      const userData = reveal(get("c-consul-1-user-data-1").inputs.stdin) as string;
      expect(userData.includes("DNSStubListener=no")).toBe(takes);
    },
  );

  test("another instance type in place would stop it past all gates, so it is a replacement", () => {
    for (const name of machines)
      expect(instance(cluster, name)).toMatchObject({
        replaceOnChanges: ["instanceType"],
        inputs: { userDataReplaceOnChange: true },
      });
  });

  test("nothing is staged before the data volume is there", () => {
    for (const name of machines) {
      expect(behind(cluster, `c-${name}-release`)).toContain(`c-${name}-data-attachment`);
      const command = textOf(cluster.get(`c-${name}-release`), "create");
      expect(command).toContain(`dataVolume=c-${name}-data-id cluster=consul-cluster.test.c`);
    }
  });
});

/** Everything that a resource depends on, whatever is between them. */
function behind(cluster: Cluster, name: string, found = new Set<string>()): string[] {
  for (const other of cluster.get(name).dependencies) {
    if (!found.has(other)) behind(cluster, other, found.add(other));
  }
  return [...found];
}

test("the default subnets are taken in turn, in an order that AWS does not decide", async () => {
  const servers = machines.map((name) => ({ name }));
  const cluster = await awsClusterOf(aws({ servers }));
  const subnets = machines.map((name) => cluster.get(`c-${name}-network`).inputs.subnetId);
  expect(subnets).toEqual(["subnet-a", "subnet-b", "subnet-c"]);
  expect(machines.map((name) => cluster.get(`c-${name}-data`).inputs.availabilityZone)).toEqual(
    subnets.map((subnet) => `zone-of-${subnet}`),
  );
});

test("a VPC without default subnets is told so", async () => {
  const { errors } = await awsClusterOf(aws(), { subnets: [] });
  expect(errors[0]?.message).toContain("name its subnets in aws.subnetIds");
});

test("names are identity: without the one in the middle the others are as they were", async () => {
  const five = [1, 2, 3, 4, 5].map((i) => ({ name: `consul-${i}` }));
  const without = five.filter(({ name }) => name !== "consul-2" && name !== "consul-4");
  const [before, after] = await Promise.all([
    awsClusterOf(aws({ servers: five })),
    awsClusterOf(aws({ servers: without })),
  ]);
  for (const { name } of without) {
    // In another place of the list it would be in another subnet, were it new.
    expect(after.get(`c-${name}-network`).ignoreChanges).toEqual(["subnetId"]);
    for (const part of ["instance", "host-key-1", "recipe-1", "user-data-1"])
      expect(Object.keys(after.get(`c-${name}-${part}`).inputs)).toEqual(
        Object.keys(before.get(`c-${name}-${part}`).inputs),
      );
  }
});

test("a subnet that is named for a server is not ignored: another one moves it", async () => {
  const cluster = await awsClusterOf(
    aws({ servers: [{ ...one, subnetId: "subnet-0123456789abcdef0" }, two, three] }),
  );
  expect(cluster.get("c-consul-1-network")).toMatchObject({
    ignoreChanges: [],
    inputs: { subnetId: "subnet-0123456789abcdef0", privateIps: ["10.20.1.11"] },
  });
});

test("data volumes stay in the account, unless that is not wanted", async () => {
  const kept = async (more: Partial<AwsArgs>) =>
    (await awsClusterOf(aws(more))).get("c-consul-1-data").retainOnDelete;
  expect(await kept({})).toBe(true);
  expect(await kept({ keepDataVolumes: false })).toBe(false);
});

test("SSH goes to the private address, or to a public one that stays with the server", async () => {
  const host = (cluster: Cluster) =>
    (reveal(cluster.get("c-consul-1-release").inputs.connection) as { host: string }).host;
  expect(host(await awsClusterOf(aws()))).toBe("10.20.1.11");
  const open = await awsClusterOf(aws({ publicAddresses: true }));
  expect(host(open)).toBe("public-of-c-consul-1-public-address");
  expect(open.get("c-consul-1-public-address").inputs.networkInterface).toBe(
    "c-consul-1-network-id",
  );
});

test("without addresses, too, a first preview passes", async () => {
  const servers = machines.map((name) => ({ name }));
  const cluster = await awsClusterOf(aws({ servers }), { preview: true });
  expect(cluster.errors).toEqual([]);
  expect(graphText(cluster.resources)).not.toContain("undefined");
});
