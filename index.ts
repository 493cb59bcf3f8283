import { getStack } from "@pulumi/pulumi";
import { ConsulCluster } from "./components";
import { loadArgs } from "./stack/config";

// A stack is a cluster: its settings stand in Pulumi.<stack>.yaml, described in Pulumi.yaml.
const cluster = new ConsulCluster(getStack(), loadArgs());

export const servers = cluster.servers;
export const httpAddresses = cluster.httpAddresses;
export const dnsAddresses = cluster.dnsAddresses;
export const joinAddresses = cluster.joinAddresses;
export const datacenter = cluster.datacenter;
export const gossipKey = cluster.gossipKey;
export const faultTolerance = cluster.faultTolerance;
export const version = cluster.version;
export const ready = cluster.ready;
