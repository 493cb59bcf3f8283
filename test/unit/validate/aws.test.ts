// Instances of EC2. What is refused with which words stands in test/graph/support/wrong/aws.ts; here is where the
// lines are drawn.
//
// Does not prove that AWS has what is named: that an instance type or a subnet exists, only an account knows.

import { describe, expect, test } from "vitest";
import { hostKey, openSshKey } from "./keys";
import { type Anything, awsArgs, existingArgs, problems } from "./support";

/** The paths at which something is wrong. */
function wrongAt(changes: Anything): string[] {
  return problems(awsArgs(changes)).map((line) => line.replace(/: .*/s, ""));
}

function withServer(changes: Anything): Anything {
  const { servers } = awsArgs().aws;
  return { servers: [servers[0], { ...servers[1], ...changes }, servers[2]] };
}

const bastion = {
  host: "bastion.example",
  user: "ops",
  privateKey: openSshKey(),
  hostKey: hostKey("ssh-ed25519"),
};

test("everything that can be said at once", () => {
  const args = {
    ...withServer({
      address: "10.20.2.11",
      subnetId: "subnet-0123abcd",
      generation: 2,
      hostKey: hostKey("ssh-ed25519"),
      wipeData: "ticket-1",
    }),
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123abcd", "subnet-0123456789abcdef0"],
    image: "ubuntu-24.04",
    architecture: "arm64",
    instanceType: "m7g.medium",
    rootVolumeGiB: 8,
    dataVolumeGiB: 16384,
    keepDataVolumes: false,
    kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    clientCidrs: ["0.0.0.0/0", "::/0"],
    clientSecurityGroupIds: ["sg-0123abcd"],
    agentCidrs: ["10.20.0.0/16"],
    agentSecurityGroupIds: ["sg-0123abcd"],
    sshCidrs: ["10.8.0.0/24", "192.0.2.7/32", "2001:db8::/32"],
    sshSecurityGroupIds: ["sg-0123456789abcdef0"],
    bastion,
    terminationProtection: true,
    instanceProfile: "consul_servers@prod",
    tags: { environment: "prod", "cost centre": "", "a/b:c": "x=y" },
  };
  expect(problems(awsArgs(args))).toEqual([]);
});

describe("the instance type", () => {
  test.each([
    ["x86_64", "t3.small"],
    ["x86_64", "m7i-flex.large"],
    ["x86_64", "c7a.metal-48xl"],
    ["x86_64", "g4dn.xlarge"],
    ["x86_64", "gr6.4xlarge"],
    ["x86_64", "u7i-12tb.224xlarge"],
    ["arm64", "t4g.nano"],
    ["arm64", "c7gn.16xlarge"],
    ["arm64", "im4gn.large"],
    ["arm64", "x2gd.metal"],
    ["arm64", "a1.medium"],
    ["arm64", "g5g.xlarge"],
  ])("%s runs %s, and the other does not", (architecture, instanceType) => {
    expect(wrongAt({ architecture, instanceType })).toEqual([]);
    const other = architecture === "arm64" ? "x86_64" : "arm64";
    expect(wrongAt({ architecture: other, instanceType })).toEqual(["aws.instanceType"]);
  });

  test("without an architecture it is one of x86_64", () => {
    expect(wrongAt({ instanceType: "t3.small" })).toEqual([]);
    expect(wrongAt({ instanceType: "t4g.small" })).toEqual(["aws.instanceType"]);
  });

  test("a wrong architecture is told once", () => {
    expect(wrongAt({ architecture: "arm", instanceType: "t4g.small" })).toEqual([
      "aws.architecture",
    ]);
  });

  test.each(["", "t3", "small", "t3.", ".small", "t3.tiny", "T3.small", "t3.small ", "t3.small\n"])(
    "%j is none",
    (instanceType) => {
      expect(wrongAt({ instanceType })).toEqual(["aws.instanceType"]);
    },
  );
});

describe("networks", () => {
  test.each([
    "10.0.0.0",
    "10.0.0.1/24",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0/8",
    "2001:db8::1/32",
    "2001:db8::/129",
    "anywhere",
    "",
    7,
  ])("%j is none", (cidr) => {
    for (const key of ["clientCidrs", "agentCidrs", "sshCidrs"]) {
      expect(wrongAt({ sshSecurityGroupIds: ["sg-0123abcd"], [key]: [cidr] })).toEqual([
        `aws.${key}[0]`,
      ]);
    }
  });

  test.each(["0.0.0.0/0", "::/0", "0:0::0/0", "0.0.0.0/00", "10.0.0.0/0"])(
    "SSH and gossip are not for everybody, also as %j",
    (cidr) => {
      expect(wrongAt({ sshCidrs: [cidr], agentCidrs: [cidr] })).toEqual([
        "aws.agentCidrs[0]",
        "aws.sshCidrs[0]",
      ]);
    },
  );

  test("none stands twice", () => {
    expect(wrongAt({ sshCidrs: ["10.8.0.0/24", "10.9.0.0/24", "10.8.0.0/24"] })).toEqual([
      "aws.sshCidrs[2]",
    ]);
  });
});

describe("the way in", () => {
  const nobody = { sshCidrs: undefined };

  test("is a network or a security group", () => {
    expect(wrongAt(nobody)).toEqual(["aws.sshCidrs"]);
    expect(wrongAt({ sshCidrs: [] })).toEqual(["aws.sshCidrs"]);
    expect(wrongAt({ ...nobody, sshSecurityGroupIds: ["sg-0123abcd"] })).toEqual([]);
  });

  test("is a bastion or public addresses, not both", () => {
    expect(wrongAt({ publicAddresses: true })).toEqual([]);
    expect(wrongAt({ publicAddresses: false, bastion })).toEqual([]);
    expect(wrongAt({ publicAddresses: true, bastion })).toEqual(["aws.publicAddresses"]);
  });

  test("a bastion is checked as that of a host that exists", () => {
    const wrong = { ...bastion, host: "b@c", port: 0, user: " ", hostKey: "x" };
    const hosts = existingArgs();
    hosts.existing.servers[0].bastion = wrong;
    const expected = problems(hosts).map((line) => line.replace("existing.servers[0]", "aws"));
    expect(expected).toHaveLength(4);
    expect(problems(awsArgs({ bastion: wrong }))).toEqual(expected);
  });
});

describe("what AWS names", () => {
  test.each([
    ["vpcId", "vpc-0123abcd", "vpc-0123ABCD"],
    ["vpcId", "vpc-0123456789abcdef0", "vpc-0123456789abcdef"],
    ["vpcId", "vpc-0123abcd", "subnet-0123abcd"],
    ["kmsKeyArn", "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/ebs", "arn:aws:s3:::bucket"],
    ["kmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234", "1234abcd-12ab-34cd-56ef"],
    ["instanceProfile", "x".repeat(128), "x".repeat(129)],
    ["instanceProfile", "a.b-c", "a/b"],
    ["image", "amazon-linux-2023", "Debian-12"],
    ["rootVolumeGiB", 8, 7],
    ["rootVolumeGiB", 16384, 16385],
    ["dataVolumeGiB", 1, 0],
    ["dataVolumeGiB", 100, "100"],
  ])("%s may be %j, not %j", (key, right, wrong) => {
    expect(wrongAt({ [key]: right })).toEqual([]);
    expect(wrongAt({ [key]: wrong })).toEqual([`aws.${key}`]);
  });

  test("lists of IDs hold each once, and are not empty", () => {
    for (const [key, id] of [
      ["subnetIds", "subnet-0123abcd"],
      ["clientSecurityGroupIds", "sg-0123abcd"],
      ["agentSecurityGroupIds", "sg-0123abcd"],
      ["sshSecurityGroupIds", "sg-0123abcd"],
    ] as const) {
      expect(wrongAt({ [key]: [id] })).toEqual([]);
      expect(wrongAt({ [key]: [id, id] })).toEqual([`aws.${key}[1]`]);
      expect(wrongAt({ [key]: [`${id}!`] })).toEqual([`aws.${key}[0]`]);
      expect(wrongAt({ [key]: [] })).toEqual([`aws.${key}`]);
    }
  });

  test("tags leave room for the component's own", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "x"]));
    expect(wrongAt({ tags: many(40) })).toEqual([]);
    expect(wrongAt({ tags: many(41) })).toEqual(["aws.tags"]);
    expect(wrongAt({ tags: { ["k".repeat(128)]: "v".repeat(256) } })).toEqual([]);
    for (const key of ["Name", "consul-cluster", "AWS:x", "k".repeat(129), "", "a|b"]) {
      expect(wrongAt({ tags: { [key]: "x" } }), key).toEqual([`aws.tags.${key}`]);
    }
    for (const value of ["v".repeat(257), "a|b", 5, null]) {
      expect(wrongAt({ tags: { key: value } })).toEqual(["aws.tags.key"]);
    }
  });
});

describe("a server", () => {
  test("has an IPv4 address of its own, or none that is known yet", () => {
    for (const address of [undefined, "10.20.2.11"]) {
      expect(wrongAt(withServer({ address }))).toEqual([]);
    }
    for (const address of ["2001:db8::1", "10.20.2", "0.0.0.0", "10.20.2.0/24", 5]) {
      expect(wrongAt(withServer({ address }))).toEqual(["aws.servers[1].address"]);
    }
  });

  test.each([
    ["subnetId", "vpc-0123abcd"],
    ["generation", 0],
    ["generation", 1.5],
    ["hostKey", "ssh-ed25519 AAAA"],
    ["name", undefined],
  ])("its %s is not %j", (key, value) => {
    expect(wrongAt(withServer({ [key]: value }))).toEqual([`aws.servers[1].${key}`]);
  });
});
