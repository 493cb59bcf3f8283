import { type InvokeOptions, type Output, output } from "@pulumi/pulumi";
import type { AwsArgs } from "./args";
import { awsSdk } from "./sdk";

interface ImageFamily {
  /** Account that publishes it. */
  owner: string;
  /** Name of the images, for an architecture as EC2 spells it. */
  pattern(architecture: string): string;
  /** Login user, with sudo that asks for no password. */
  user: string;
}

const debianName = (architecture: string) => (architecture === "arm64" ? "arm64" : "amd64");

/** The families that `image` names. Owners and names are the publishers' own. */
const FAMILIES: Record<string, ImageFamily> = {
  "debian-12": {
    owner: "136693071363",
    pattern: (architecture) => `debian-12-${debianName(architecture)}-*`,
    user: "admin",
  },
  "ubuntu-24.04": {
    owner: "099720109477",
    pattern: (architecture) =>
      `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${debianName(architecture)}-server-*`,
    user: "ubuntu",
  },
  "amazon-linux-2023": {
    owner: "137112412989",
    pattern: (architecture) => `al2023-ami-2023.*-${architecture}`,
    user: "ec2-user",
  },
};

export interface Image {
  id: string;
  user: string;
}

/** The newest image of the family that is asked for, as of now. */
export function newestImage(
  { image = "debian-12", architecture = "x86_64" }: Pick<AwsArgs, "image" | "architecture">,
  opts: InvokeOptions,
): Output<Image> {
  return output([image, architecture]).apply(async ([name, cpu]) => {
    const family = FAMILIES[name as string] as ImageFamily;
    const found = await awsSdk().ec2.getAmi(
      {
        mostRecent: true,
        owners: [family.owner],
        filters: [
          { name: "name", values: [family.pattern(cpu as string)] },
          { name: "architecture", values: [cpu as string] },
          { name: "virtualization-type", values: ["hvm"] },
          { name: "root-device-type", values: ["ebs"] },
        ],
      },
      opts,
    );
    return { id: found.id, user: family.user };
  });
}
