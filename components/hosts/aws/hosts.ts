import { all, interpolate, mergeOptions, type Output, output } from "@pulumi/pulumi";
import { clusterId } from "../../cluster/clusterId";
import { isEverywhere } from "../../cluster/listening";
import type { ClusterSettings } from "../../cluster/plan";
import { sshKeyPair } from "../../secrets/sshKeyPair";
import type { Host } from "../host";
import { replacementGuard } from "../replacementGuard";
import type { Making } from "../source";
import { sshLogin } from "../ssh/login";
import { labelOfWanted, wantedMachine } from "../wanted";
import type { AwsArgs, AwsServerArgs } from "./args";
import { awsMachine, type SharedInfrastructure } from "./instance";
import { instanceProfile } from "./instanceProfile";
import { terminationProtection } from "./protection";
import { recorded } from "./recorded";
import { awsSdk } from "./sdk";
import { securityGroup } from "./securityGroup";
import { subnetsOf } from "./subnets";

/** A machine of EC2 boots longer than others: 60 tries, some four minutes. */
const dialing = { dialErrorLimit: 60, perDialTimeout: 5 };
const patience = 300;

/** Instances of EC2, spread over the subnets. */
export function awsHosts(args: AwsArgs, making: Making): Host[] {
  const { name, label, opts } = making;
  // Clients have none of these hosts.
  const settings = making.settings as Output<ClusterSettings>;
  const tags = (of: string): Output<Record<string, string>> =>
    output(args.tags ?? {}).apply(
      (own) => ({ ...own, Name: of, "consul-cluster": label }) as Record<string, string>,
    );
  const login = sshKeyPair(`${name}-login-key`, opts);
  const { parent, provider } = opts;
  const shared: SharedInfrastructure = {
    args,
    subnets: subnetsOf(args, { parent, provider }),
    securityGroupId: securityGroup(`${name}-servers`, args, settings, tags(label), opts),
    keyName: new (awsSdk().ec2.KeyPair)(
      `${name}-login`,
      { publicKey: login.publicKey, tags: tags(label) },
      opts,
    ).keyName,
    instanceProfile: instanceProfile(name, args, tags(label), opts),
    takesPort53: settings.apply(
      ({ ports, addresses }) => ports.dns === 53 && isEverywhere(addresses.dns.split(" ")),
    ),
    tags: (server) => tags(`${label}-${server}`),
  };
  const guard = replacementGuard(`${name}-replacements`, identities(args), settings, opts);
  // Noted on every volume when it is first mounted; a name that changes later is another id.
  const cluster = recorded(`${name}-data-cluster`, clusterId(label), opts);
  const protection = terminationProtection(name, args.terminationProtection, opts);
  const behindGuard = mergeOptions(opts, { dependsOn: [guard, protection] });
  return args.servers.map((server, index) => {
    const wanted = wantedMachine(`${name}-${server.name}-wanted`, identityOf(server), behindGuard);
    const behindNote = mergeOptions(behindGuard, { dependsOn: wanted });
    const machine = awsMachine(`${name}-${server.name}`, server, index, shared, behindNote);
    return {
      name: server.name,
      address: machine.address,
      user: machine.user,
      connection: {
        host: machine.sshHost,
        port: 22,
        user: machine.user,
        privateKey: login.privateKey,
        hostKey: machine.hostKey,
        ...dialing,
        ...(args.bastion && { proxy: { host: args.bastion.host, ...sshLogin(args.bastion) } }),
      },
      patience,
      machineId: machine.instanceId,
      wanted: labelOfWanted(wanted),
      dataVolume: { id: machine.dataVolume, cluster },
      isProtected: machine.isProtected,
      stays: false,
    };
  });
}

/** What a replacement changes. */
function identityOf({
  generation = 1,
  address = "",
  subnetId = "",
}: AwsServerArgs): Output<string> {
  return interpolate`${generation}@${address}@${subnetId}`;
}

/** A line for each server: its name, and who it is; and one where AWS would refuse to end a machine. */
function identities({ servers, terminationProtection }: AwsArgs): Output<string> {
  const lines = servers.map((server) => interpolate`${server.name} ${identityOf(server)}\n`);
  return all([output(lines), terminationProtection]).apply(([each, isProtected]) =>
    [...each, ...(isProtected ? ["! protected\n"] : [])].join(""),
  );
}
