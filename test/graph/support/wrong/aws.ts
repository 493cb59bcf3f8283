import type { Row } from "./config";

export const wrongInstances: Row[] = [
  {
    at: "aws.servers[2]",
    says: [
      "aws.servers: 2 servers, an even number; they survive as many failures as 1: 0; give 1, 3, 5 or 7",
    ],
  },
  {
    at: "aws.image",
    is: "debian-11",
    says: ['aws.image: "debian-11" is none of "debian-12", "ubuntu-24.04", "amazon-linux-2023"'],
  },
  {
    at: "aws.architecture",
    is: "amd64",
    says: ['aws.architecture: "amd64" is none of "x86_64", "arm64"'],
  },
  {
    at: "aws.instanceType",
    is: "large",
    says: ['aws.instanceType: "large" is not an instance type; give one such as "m7g.medium"'],
  },
  {
    at: "aws.instanceType",
    is: "m7g.medium",
    says: [
      'aws.instanceType: "m7g.medium" is of the architecture arm64, not x86_64; change one of them',
    ],
  },
  {
    at: "aws.rootVolumeGiB",
    is: 4,
    says: ["aws.rootVolumeGiB: 4 is not a size; give whole GiB from 8 to 16384"],
  },
  {
    at: "aws.dataVolumeGiB",
    is: 20.5,
    says: ["aws.dataVolumeGiB: 20.5 is not a size; give whole GiB from 1 to 16384"],
  },
  {
    at: "aws.keepDataVolumes",
    is: "no",
    says: ["aws.keepDataVolumes: must be true or false, not a string"],
  },
  {
    at: "aws.kmsKeyArn",
    is: "alias/ebs",
    says: [
      'aws.kmsKeyArn: "alias/ebs" is not the ARN of a KMS key; give one such as arn:aws:kms:eu-central-1:123456789012:key/...',
    ],
  },
  {
    at: "aws.vpcId",
    is: "vpc-main",
    says: ['aws.vpcId: "vpc-main" is not the ID of a VPC; give one such as vpc-0123456789abcdef0'],
  },
  {
    at: "aws.subnetIds",
    is: [],
    says: ["aws.subnetIds: is an empty list; leave it off, or give an ID"],
  },
  {
    at: "aws.subnetIds",
    is: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef0"],
    says: ['aws.subnetIds[1]: "subnet-0123456789abcdef0" stands in aws.subnetIds[0] already'],
  },
  {
    at: "aws.clientCidrs",
    is: ["10.0.0.5/16"],
    says: [
      'aws.clientCidrs[0]: "10.0.0.5/16" is an address inside of a network; give "10.0.0.0/16"',
    ],
  },
  {
    at: "aws.clientCidrs",
    is: ["10.0.0.0"],
    says: [
      'aws.clientCidrs[0]: "10.0.0.0" is not a network; give an address and a prefix length, such as "10.0.0.0/16"',
    ],
  },
  {
    at: "aws.clientSecurityGroupIds",
    is: ["clients"],
    says: [
      'aws.clientSecurityGroupIds[0]: "clients" is not the ID of a security group; give one such as sg-0123456789abcdef0',
    ],
  },
  {
    at: "aws.agentCidrs",
    is: ["0.0.0.0/0"],
    says: [
      'aws.agentCidrs[0]: "0.0.0.0/0" opens gossip and RPC to everybody; give the networks that need it',
    ],
  },
  {
    at: "aws.agentSecurityGroupIds",
    is: "sg-0123456789abcdef0",
    says: ["aws.agentSecurityGroupIds: must be a list, not a string"],
  },
  {
    at: "aws.sshCidrs",
    is: ["::/0"],
    says: ['aws.sshCidrs[0]: "::/0" opens SSH to everybody; give the networks that need it'],
  },
  {
    at: "aws.sshCidrs",
    says: [
      "aws.sshCidrs: nobody may use SSH, so no server can be set up; give the networks that Pulumi runs in, or the bastion's security group in sshSecurityGroupIds",
    ],
  },
  {
    at: "aws.sshSecurityGroupIds",
    is: ["bastion"],
    says: [
      'aws.sshSecurityGroupIds[0]: "bastion" is not the ID of a security group; give one such as sg-0123456789abcdef0',
    ],
  },
  {
    at: "aws.publicAddresses",
    is: true,
    says: ["aws.publicAddresses: is true, and a bastion is given; give one way, not both"],
  },
  {
    at: "aws.bastion.port",
    is: 70000,
    says: ["aws.bastion.port: 70000 is not a port; give 1 to 65535"],
  },
  {
    at: "aws.instanceProfile",
    is: "arn:aws:iam::123456789012:instance-profile/consul",
    says: [
      'aws.instanceProfile: "arn:aws:iam::123456789012:instance-profile/consul" is an ARN; give the name behind its last slash',
    ],
  },
  {
    at: "aws.terminationProtection",
    is: "yes",
    says: ["aws.terminationProtection: must be true or false, not a string"],
  },
  {
    at: "aws.tags.Name",
    is: "mine",
    says: ["aws.tags.Name: is set by the component; give another key"],
  },
  {
    at: "aws.tags.aws:owner",
    is: "me",
    says: ["aws.tags.aws:owner: starts with `aws:`, which is AWS's own; give another key"],
  },
  {
    at: "aws.tags.owner",
    is: "a | b",
    says: [
      'aws.tags.owner: "a | b" is no value of a tag; give up to 256 letters, digits, spaces and _ . : / = + - @',
    ],
  },
  {
    at: "aws.servers[1].name",
    is: "consul-1",
    says: ['aws.servers[1].name: "consul-1" is the name of aws.servers[0] already'],
  },
  {
    at: "aws.servers[1].address",
    is: "fd00::12",
    says: [
      'aws.servers[1].address: "fd00::12" is IPv6; give an IPv4 address of the subnet, or leave it off',
    ],
  },
  {
    at: "aws.sshCidrs",
    is: ["0.0.0.0/00"],
    says: [
      'aws.sshCidrs[0]: "0.0.0.0/00" is not a network; give an address and a prefix length, such as "10.0.0.0/16"',
    ],
  },
  {
    at: "aws.servers[1].address",
    is: "10.20.1",
    says: ['aws.servers[1].address: "10.20.1" is not an IP address; give one such as "10.0.0.11"'],
  },
  {
    at: "aws.servers[1].subnetId",
    is: "subnet-a",
    says: [
      'aws.servers[1].subnetId: "subnet-a" is not the ID of a subnet; give one such as subnet-0123456789abcdef0',
    ],
  },
  {
    at: "aws.servers[1].generation",
    is: -1,
    says: ["aws.servers[1].generation: -1 is not a whole number from 1; raise it by one at a time"],
  },
  {
    at: "aws.servers[1].hostKey",
    is: "ssh-rsa AAAA",
    says: [
      'aws.servers[1].hostKey: "ssh-rsa AAAA" is cut off or mistyped behind "ssh-rsa"; give "ssh-ed25519 AAAA...", the line of /etc/ssh/ssh_host_ed25519_key.pub',
    ],
  },
  {
    at: "aws.servers[1].wipeData",
    is: "a b",
    says: [
      'aws.servers[1].wipeData: "a b" is no mark; give up to 40 letters, digits and . : + - such as the number of a ticket',
    ],
  },
];
