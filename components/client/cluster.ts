import { type Input, Output, output, Resource, unsecret } from "@pulumi/pulumi";
import { CLUSTER_FIELDS, type ClusterField } from "../validate/clusterOfClients";
import type { ClientSettings, ConsulClientArgs } from "./args";

type OfCluster = { [Field in ClusterField]: ClientSettings[Field] };

/** Of these a secret of another stack, which knows its outputs whole, makes no secret. */
const SECRETS: ClusterField[] = ["gossipKey", "clientToken"];

/**
 * `cluster` as its fields: of a `ConsulCluster` those that clients need, each as late as it is; of an Output as a whole each field is one.
 * What is neither is left as it is, for the checks to tell.
 */
function clusterFields(cluster: unknown): unknown {
  if (Output.isInstance(cluster) || cluster instanceof Promise) {
    const whole = output(cluster as Input<OfCluster | undefined>);
    return fieldsBy((field) => {
      const value = whole.apply((known) => known?.[field]);
      return SECRETS.includes(field) ? value : unsecret(value);
    });
  }
  if (!Resource.isInstance(cluster)) return cluster;
  return fieldsBy((field) => (cluster as unknown as OfCluster)[field]);
}

function fieldsBy(of: (field: ClusterField) => unknown): object {
  return Object.fromEntries(CLUSTER_FIELDS.map((field) => [field, of(field)]));
}

/** The arguments with all that the cluster hands on; what is given beside it stands, and is held against it by the checks. */
export function withCluster({ cluster, ...args }: ConsulClientArgs): ConsulClientArgs {
  const fields = clusterFields(cluster);
  if (typeof fields !== "object" || fields === null) return { ...args, cluster };
  const of = fields as OfCluster;
  return {
    datacenter: of.datacenter,
    domain: of.domain,
    version: of.version,
    servers: of.joinAddresses,
    gossipKey: of.gossipKey,
    tls: { caCertificate: of.clientCaCertificate },
    agentToken: of.clientToken,
    aclDefaultPolicy: of.aclDefaultPolicy,
    ...withoutNothing(args),
    cluster: of,
  };
}

/** What is said to be nothing is as good as not there. */
function withoutNothing(args: ConsulClientArgs): ConsulClientArgs {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}
