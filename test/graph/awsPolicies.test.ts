// What must hold of every resource on AWS, in each environment and for each way to be reached.
//
// Does not prove what the account itself allows, or what others put beside these resources.

import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { type AwsArgs, aws, awsClusterOf } from "./support/awsCluster";
import { heartOf, privateKey, type Server, servers } from "./support/clusters";
import type { Registered } from "./support/recorder";
import { argsOfStack } from "./support/stackFile";
import { occurrences, reveal, type Values } from "./support/values";

const cases: [string, ConsulClusterArgs][] = [
  ["the least that can be said", aws()],
  ["public addresses", aws({ publicAddresses: true })],
  ["other ports", { ...aws(), ports: { dns: 8600, http: 8500, grpc: 8502 } }],
  ["clients from anywhere, asked for by name", aws({ clientCidrs: ["0.0.0.0/0", "::/0"] })],
  ["staging", argsOfStack("staging")],
  ["prod", argsOfStack("prod")],
];

interface Rule {
  fromPort: number;
  toPort: number;
  protocol: string;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  self?: boolean;
}

const everywhere = ["0.0.0.0/0", "::/0"];
const isOpen = ({ cidrBlocks = [], ipv6CidrBlocks = [] }: Rule) =>
  [...cidrBlocks, ...ipv6CidrBlocks].some((cidr) => everywhere.includes(cidr));

describe.each(cases)("%s", async (_, args) => {
  const cluster = await awsClusterOf(args);
  const of = (type: string) => cluster.resources.filter((resource) => resource.type === type);
  const own = cluster.resources.filter(({ type }) => type.startsWith("aws:"));
  const rules = (direction: "ingress" | "egress") =>
    of("aws:ec2/securityGroup:SecurityGroup").flatMap(
      ({ inputs }) => reveal(inputs[direction]) as Rule[],
    );
  const { clientCidrs } = args.aws as AwsArgs;

  test("nothing is registered in vain", () => {
    expect(cluster.errors).toEqual([]);
    expect(of("aws:ec2/instance:Instance")).toHaveLength(3);
  });

  test("nobody is let in from everywhere, but clients where that was asked for", () => {
    const open = rules("ingress").filter(isOpen);
    const asked = (clientCidrs as string[] | undefined)?.includes("0.0.0.0/0") ?? false;
    expect(open.length > 0).toBe(asked);
    for (const { fromPort } of open) expect([22, 8300, 8301, 8302]).not.toContain(fromPort);
  });

  test("servers go everywhere over HTTPS, and nowhere else", () => {
    for (const rule of rules("egress").filter(isOpen))
      expect([rule.protocol, rule.fromPort, rule.toPort]).toEqual(["tcp", 443, 443]);
  });

  test("a rule is for one port that is one", () => {
    for (const { fromPort, toPort } of [...rules("ingress"), ...rules("egress")]) {
      expect(fromPort).toBe(toPort);
      expect(fromPort).toBeGreaterThan(0);
    }
  });

  test("among the servers gossip, RPC and the API are open, over the protocols that they use", () => {
    const among = rules("ingress").filter(({ self }) => self);
    const http = (args.ports?.http as number | undefined) ?? 80;
    const open = among.map(({ protocol, fromPort }) => `${protocol} ${fromPort}`);
    expect(open).toEqual(
      expect.arrayContaining(["tcp 8300", "tcp 8301", "udp 8301", "tcp 8302", `tcp ${http}`]),
    );
    expect(open).not.toContain("udp 8300");
  });

  test("every disk is encrypted, and the data outlive the machine", () => {
    const volumes = of("aws:ebs/volume:Volume");
    expect(volumes).toHaveLength(3);
    for (const { inputs } of volumes)
      expect(inputs).toMatchObject({ encrypted: true, type: "gp3" });
    for (const { inputs } of of("aws:ec2/instance:Instance"))
      expect(inputs.rootBlockDevice).toMatchObject({ encrypted: true, volumeType: "gp3" });
  });

  test("metadata answer to IMDSv2 only, and to nobody behind the machine", () => {
    for (const { inputs } of of("aws:ec2/instance:Instance"))
      expect(inputs.metadataOptions).toEqual({
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      });
  });

  test("whatever can have tags says whose it is", () => {
    const cannot = ["RolePolicy", "VolumeAttachment"];
    for (const { type, name, inputs } of own.filter(
      (resource) => !cannot.some((kind) => resource.type.endsWith(kind)),
    )) {
      expect(inputs.tags, `${type} ${name}`).toMatchObject({ "consul-cluster": "c" });
      expect((inputs.tags as Values).Name, name).toMatch(/^c(-consul-\d)?$/);
    }
  });

  test("an instance may be reached by Session Manager, and nothing else", () => {
    const policies = of("aws:iam/rolePolicy:RolePolicy");
    expect(policies.map(({ inputs }) => JSON.parse(inputs.policy as string).Statement)).toEqual([
      [
        {
          Effect: "Allow",
          Action: [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
          ],
          Resource: "*",
        },
      ],
    ]);
    const [role] = of("aws:iam/role:Role");
    expect(role?.inputs).not.toHaveProperty("inlinePolicies");
    expect(role?.inputs).not.toHaveProperty("managedPolicyArns");
    expect(cluster.resources.some(({ type }) => /PolicyAttachment:/.test(type))).toBe(false);
  });

  test("private keys are secret wherever they stand", () => {
    const hearts = [
      heartOf(privateKey(99)),
      ...cluster.resources
        .filter(({ name }) => /-user-data-1$/.test(name))
        .map(({ inputs }) =>
          heartOf((reveal(inputs.stdin) as string).replace(/[\s\S]*?BEGIN/, "BEGIN")),
        ),
    ];
    expect(hearts).toHaveLength(4);
    for (const heart of hearts) {
      const found = cluster.resources.flatMap((resource: Registered) =>
        occurrences({ inputs: resource.inputs, outputs: resource.outputs }, heart.trim()),
      );
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter(({ secret }) => !secret)).toEqual([]);
    }
  });
});

test("a bastion's key opens the bastion only, and is secret", async () => {
  const { hostKey, privateKey: key } = servers()[0] as Server;
  const args = aws({ bastion: { host: "bastion.example", hostKey, privateKey: key as string } });
  const cluster = await awsClusterOf(args);
  expect(cluster.errors).toEqual([]);
  const connection = reveal(cluster.get("c-consul-1-release").inputs.connection) as Values;
  expect(reveal((connection.proxy as Values).privateKey)).toBe(key);
  expect(reveal(connection.privateKey)).toBe(privateKey(99));
  for (const { inputs } of cluster.resources)
    expect(occurrences(inputs, heartOf(key as string)).filter(({ secret }) => !secret)).toEqual([]);
});
