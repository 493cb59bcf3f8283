import {
  ConsulClient,
  type ConsulClientArgs,
  ConsulCluster,
  type ConsulClusterArgs,
} from "../../../components/index";
import {
  existing,
  givenKey,
  madeCa,
  madeCertificate,
  madeKey,
  madeOwner,
  madeSeed,
  names,
  readyText,
  servers,
} from "./clusters";
import { type Recording, type Registered, record } from "./recorder";

/** Two hosts for clients, none of them a server's. */
export function clientHosts() {
  return servers(5)
    .slice(3)
    .map((host, i) => ({ ...host, name: `web-${i + 1}`, bastion: undefined }));
}

/** A program that has a cluster `c` and its clients `w`. */
export interface Program extends Recording<ConsulClient> {
  get(name: string): Registered;
  commands: Registered[];
}

interface Options {
  preview?: boolean;
  cluster?: ConsulClusterArgs;
  /** Hands the cluster's CA on to the clients. */
  withTls?: boolean;
  /** Likewise the token for them, and its policy. */
  withAcl?: boolean;
}

function printed(name: string): string {
  if (name.endsWith("-gossip-key")) return `1 ${madeKey}`;
  if (name.endsWith("-tls-ca")) return madeCa;
  if (name.endsWith("-acl-seed")) return madeSeed;
  if (name.endsWith("-certificate")) return madeCertificate;
  if (name.endsWith("-owner")) return madeOwner;
  if (name === "w-ready") return readyText(["web-1", "web-2"]);
  return name.endsWith("-ready") ? readyText(names(3)) : "";
}

function programOf(recording: Recording<ConsulClient>): Program {
  return {
    ...recording,
    commands: recording.resources.filter(({ type }) => type.startsWith("command:")),
    get(wanted) {
      const found = recording.resources.find((resource) => resource.name === wanted);
      if (!found) throw new Error(`no resource is named ${wanted}`);
      return found;
    },
  };
}

/** Clients of a cluster that the same program makes. */
export async function clientsOfCluster(
  args: Partial<ConsulClientArgs> = {},
  { preview, cluster: clusterArgs = existing(), withTls, withAcl }: Options = {},
): Promise<Program> {
  const program = () => {
    const cluster = new ConsulCluster("c", clusterArgs);
    return new ConsulClient("w", {
      servers: cluster.joinAddresses,
      gossipKey: cluster.gossipKey,
      ...(withTls && { tls: { caCertificate: cluster.clientCaCertificate } }),
      ...(withAcl && {
        agentToken: cluster.clientToken,
        aclDefaultPolicy: cluster.aclDefaultPolicy,
      }),
      existing: { hosts: clientHosts() },
      ...args,
    });
  };
  // Nothing has run yet where it is a preview: the engine's word for what is not known.
  const unknown = () => "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  return programOf(await record(program, { preview, stdout: preview ? unknown : printed }));
}

/** The same, by `cluster` alone: what is made of the component is that, the component itself where nothing is said. */
export async function clientsByCluster(
  args: Partial<ConsulClientArgs> = {},
  {
    cluster: clusterArgs = existing(),
    handed = (cluster) => cluster,
    preview,
  }: Options & { handed?: (cluster: ConsulCluster) => ConsulClientArgs["cluster"] } = {},
): Promise<Program> {
  const program = () => {
    const cluster = handed(new ConsulCluster("c", clusterArgs));
    return new ConsulClient("w", { cluster, existing: { hosts: clientHosts() }, ...args });
  };
  const unknown = () => "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  return programOf(await record(program, { preview, stdout: preview ? unknown : printed }));
}

/** Clients of a cluster that somebody else made: nothing but plain values. */
export async function clientsAlone(args: Partial<ConsulClientArgs> = {}): Promise<Program> {
  const program = () =>
    new ConsulClient("w", {
      servers: ["10.0.0.11", "10.0.0.12"],
      gossipKey: givenKey,
      existing: { hosts: clientHosts() },
      ...args,
    });
  return programOf(await record(program, { stdout: printed }));
}
