import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { ConsulCluster, type ConsulClusterArgs } from "../../../components/index";
import {
  type Cluster,
  loginPublicKey,
  madeCa,
  madeCertificate,
  madeOwner,
  privateKey,
  readyText,
} from "./clusters";
import { record } from "./recorder";
import { fromWire, reveal, type Values } from "./values";

export type AwsArgs = NonNullable<ConsulClusterArgs["aws"]>;

/** A cluster on AWS that says no more than it must. */
export function aws(more: Partial<AwsArgs> = {}): ConsulClusterArgs {
  const servers = [1, 2, 3].map((i) => ({ name: `consul-${i}`, address: `10.20.${i}.11` }));
  return { aws: { servers, sshCidrs: ["10.8.0.0/24"], ...more } };
}

interface Account {
  name?: string;
  opts?: ComponentResourceOptions;
  preview?: boolean;
  /** The newest image as of now. */
  image?: string;
  /** The default subnets, in the order in which AWS names them. */
  subnets?: string[];
  /** What the recordings hold, by name, of a run before this one. */
  recorded?: Record<string, string>;
}

/** The graph of a cluster on AWS, in an account as it is described. */
export async function awsClusterOf(args: ConsulClusterArgs, account: Account = {}) {
  const { image = "ami-0new", subnets = ["subnet-c", "subnet-a", "subnet-b"] } = account;
  const asked: { token: string; inputs: Values }[] = [];
  const name = account.name ?? "c";
  const recording = await record(() => new ConsulCluster(name, args, account.opts), {
    preview: account.preview,
    stdout: (command, inputs) => account.recorded?.[command] ?? prints(command, inputs),
    call: (token, inputs) => {
      asked.push({ token, inputs });
      return answer(token, inputs, { image, subnets });
    },
    state: (type, resource, inputs) => attributes(type, resource, inputs),
  });
  const get: Cluster["get"] = (wanted) => {
    const found = recording.resources.find((resource) => resource.name === wanted);
    if (!found) throw new Error(`no resource is named ${wanted}`);
    return found;
  };
  return { ...recording, get, asked };
}

function prints(command: string, inputs: Values): string {
  if (command.endsWith("-gossip-key")) return `1 ${Buffer.alloc(32, "made").toString("base64")}`;
  if (/-(recipe-\d+|user-data-\d+|data-cluster)$/.test(command))
    return reveal(fromWire(inputs.stdin)) as string;
  if (command.endsWith("-login-key")) return `${privateKey(99)}\n${loginPublicKey}`;
  // Another for each machine and generation, as the real ones are.
  const id = [...command].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 97, 7);
  if (/-host-key-\d+$/.test(command)) return `${privateKey(id)}\nssh-ed25519 PUBLIC${id}`;
  if (command.endsWith("-tls-ca")) return madeCa;
  if (/-consul-\d-certificate$/.test(command)) return madeCertificate;
  if (command.endsWith("-owner")) return madeOwner;
  if (command.endsWith("-ready")) return readyText([]);
  return "";
}

function answer(
  token: string,
  inputs: Values,
  { image, subnets }: Required<Pick<Account, "image" | "subnets">>,
) {
  switch (token) {
    case "aws:ec2/getAmi:getAmi":
      return { id: image };
    case "aws:ec2/getSubnets:getSubnets":
      return { ids: subnets };
    case "aws:ec2/getSubnet:getSubnet":
      return { id: inputs.id, availabilityZone: `zone-of-${inputs.id}` };
    default:
      throw new Error(`nobody expects the function ${token}`);
  }
}

function attributes(type: string, name: string, inputs: Values): Values {
  switch (type) {
    case "aws:ec2/networkInterface:NetworkInterface":
      return {
        // By its tag, for the address is the same under whatever name the resource goes.
        privateIp:
          (inputs.privateIps as string[] | undefined)?.[0] ??
          `private-of-${(inputs.tags as Record<string, string>).Name}-network`,
      };
    case "aws:ec2/eip:Eip":
      return { publicIp: `public-of-${name}` };
    case "aws:ec2/keyPair:KeyPair":
      return { keyName: name };
    case "aws:iam/instanceProfile:InstanceProfile":
    case "aws:iam/role:Role":
      return { name };
    default:
      return {};
  }
}
