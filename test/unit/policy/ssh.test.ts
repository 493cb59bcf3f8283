// SSH closed to the world: security groups as the component registers them for AWS, and rules beside them.
//
// The engine's part is not proven here: the AWS plugin, which it needs to preview these, is in no registry.

import { describe, expect, test } from "vitest";
import { publicAddresses, sizeOf } from "../../../policy/addressSpace";
import { type Resource, unknown, type Values } from "../../../policy/graph";
import { openSsh, openSshDefaults } from "../../../policy/rules/openSsh";
import { aws, awsClusterOf } from "../../graph/support/awsCluster";
import { seen } from "./support/seen";

/** The stack of a cluster whose SSH is open to these. */
async function open(...sshCidrs: string[]): Promise<Resource[]> {
  return seen((await awsClusterOf(aws({ sshCidrs }))).resources);
}

const told = (resources: Resource[], more = {}) =>
  openSsh(resources, { ...openSshDefaults, ...more }).map(({ message }) => message);

const ssh = { protocol: "tcp", fromPort: 22, toPort: 22 };

/** A resource of the program's own, inside of nothing. */
function own(type: string, name: string, props: Values, groups: string[] = []): Resource {
  return {
    urn: `urn:pulumi:test::consul-cluster::${type}::${name}`,
    type,
    name,
    aliases: [],
    props,
    groups,
  };
}

const rule = (name: string, props: Values, groups?: string[]) =>
  own("aws:ec2/securityGroupRule:SecurityGroupRule", name, { type: "ingress", ...props }, groups);

describe("a cluster passes whose SSH is open to", () => {
  test.each([
    ["a VPN", ["10.8.0.0/24"]],
    ["a company", ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"]],
    ["every private network", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
    ["a provider as large as they come", ["17.0.0.0/8"]],
  ])("%s", async (_, cidrs) => {
    expect(told(await open(...cidrs))).toEqual([]);
  });
});

describe("a cluster is refused whose SSH is open to", () => {
  test.each([
    ["the two halves of the world", ["0.0.0.0/1", "128.0.0.0/1"]],
    ["one of them", ["128.0.0.0/1"]],
    ["four quarters", ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"]],
    ["the two halves of IPv6", ["::/1", "8000::/1"]],
    ["the part of IPv6 that is in use", ["2000::/3"]],
    ["a half, beside a VPN", ["10.8.0.0/24", "0.0.0.0/1"]],
    ["two of the largest networks", ["17.0.0.0/8", "18.0.0.0/8"]],
  ])("%s", async (_, cidrs) => {
    const [message, ...more] = told(await open(...cidrs));
    expect(more).toEqual([]);
    expect(message).toContain("SSH is open to the world in c-servers:");
    for (const cidr of cidrs.filter((cidr) => !cidr.startsWith("10."))) {
      expect(message).toContain(cidr);
    }
    expect(message).toContain("aws.sshCidrs");
  });
});

describe("rules beside the group count with it", () => {
  test.each<[string, (group: Resource) => Resource[]]>([
    [
      "named by what they depend on",
      ({ urn }) => [
        rule("low", { ...ssh, cidrBlocks: ["0.0.0.0/1"] }, [urn]),
        rule("high", { ...ssh, cidrBlocks: ["128.0.0.0/1"] }, [urn]),
      ],
    ],
    [
      "named by the group's ID",
      () => [rule("all", { ...ssh, cidrBlocks: ["0.0.0.0/0"], securityGroupId: "sg-1" })],
    ],
    [
      "in the newer form, with a range of ports",
      ({ urn }) => [
        own(
          "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
          "all",
          { ipProtocol: "tcp", fromPort: 20, toPort: 23, cidrIpv4: "0.0.0.0/0" },
          [urn],
        ),
      ],
    ],
    [
      "for every protocol",
      ({ urn }) => [
        rule("all", { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }, [urn]),
      ],
    ],
  ])("%s", async (_, beside) => {
    const resources = (await open("10.8.0.0/24")).map((one) =>
      one.name === "c-servers" ? { ...one, props: { ...one.props, id: "sg-1" } } : one,
    );
    const group = resources.find(({ name }) => name === "c-servers") as Resource;
    expect(told(resources)).toEqual([]);
    expect(told([...resources, ...beside(group)])).toEqual([
      expect.stringMatching(/open to the world in (all|c-servers, high, low|all, c-servers):/),
    ]);
  });

  test("what leaves, another port, another group and what is not known do not", async () => {
    const resources = await open("10.8.0.0/24");
    const { urn } = resources.find(({ name }) => name === "c-servers") as Resource;
    const world = { cidrBlocks: ["0.0.0.0/0"] };
    const beside = [
      rule("out", { ...ssh, ...world, type: "egress" }, [urn]),
      rule("web", { ...ssh, ...world, fromPort: 443, toPort: 443 }, [urn]),
      rule("other", { ...ssh, ...world }, ["urn:another"]),
      rule("later", { ...ssh, cidrBlocks: unknown }, [urn]),
      rule("port", { ...ssh, ...world, fromPort: unknown }, [urn]),
    ];
    expect(told([...resources, ...beside])).toEqual([]);
  });
});

test("a group that is none of a cluster's is looked at where that is asked for", async () => {
  const bastion = own("aws:ec2/securityGroup:SecurityGroup", "bastion", {
    ingress: [{ ...ssh, cidrBlocks: ["0.0.0.0/0"] }],
  });
  const resources = [...(await open("10.8.0.0/24")), bastion];
  expect(told(resources)).toEqual([]);
  expect(told(resources, { everyGroup: true })).toEqual([expect.stringContaining("in bastion:")]);
});

test("how wide is too wide can be said", async () => {
  const resources = await open("192.0.2.0/24", "198.51.100.0/24");
  expect(told(resources, { ipv4Prefix: 24 })).toHaveLength(1);
  expect(told(resources, { ipv4Prefix: 23 })).toEqual([]);
});

test("addresses are counted once, and private ones not", () => {
  expect(publicAddresses(["192.0.2.0/24", "192.0.2.128/25", "192.0.2.0/24"], "v4")).toBe(256n);
  expect(publicAddresses(["10.0.0.0/7"], "v4")).toBe(sizeOf(8, "v4"));
  expect(publicAddresses(["192.0.2.77/24"], "v4")).toBe(256n);
  expect(publicAddresses(["192.0.2.0/24"], "v6")).toBe(0n);
  expect(publicAddresses(["::/0"], "v6")).toBeGreaterThan(sizeOf(1, "v6"));
  expect(publicAddresses(["nonsense", "300.0.0.0/8"], "v4")).toBe(0n);
});
