import { getStack } from "@pulumi/pulumi";
import { ConsulCluster } from "./components/index";
import { loadArgs } from "./stack/config";

// Pulumi's SDK looks through source maps for each line of a stack, and takes a stack for each promise that it waits for: a seventh of a
// run of this program, which is compiled beforehand, without any.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

// A stack is a cluster: its settings stand in Pulumi.<stack>.yaml, described in Pulumi.yaml. In 0.1.0 it was called as its
// stack is, which renamed it with the stack; clouds and folders of this computer still know it by that name.
const cluster = new ConsulCluster("consul", loadArgs(), { aliases: [{ name: getStack() }] });

export const servers = cluster.servers;
export const httpAddresses = cluster.httpAddresses;
export const dnsAddresses = cluster.dnsAddresses;
export const joinAddresses = cluster.joinAddresses;
export const datacenter = cluster.datacenter;
export const domain = cluster.domain;
export const gossipKey = cluster.gossipKey;
export const managementToken = cluster.managementToken;
export const clientToken = cluster.clientToken;
export const aclDefaultPolicy = cluster.aclDefaultPolicy;
export const caCertificate = cluster.caCertificate;
export const clientCaCertificate = cluster.clientCaCertificate;
export const clientSettings = cluster.clientSettings;
export const certificateDaysLeft = cluster.certificateDaysLeft;
export const faultTolerance = cluster.faultTolerance;
export const version = cluster.version;
export const ready = cluster.ready;
