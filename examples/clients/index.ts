// Client agents of a cluster that another stack makes: what this one needs of it are outputs of it. Another line
// in `hosts` is another client; another gossip key of the cluster is noted at the next run, and restarts nobody.
//
// In a project of your own, after the library is installed (docs/larger-stacks.md, "Install"), the component is imported from "consul-cluster".
import { Config, StackReference } from "@pulumi/pulumi";
import {
  type ClientServiceArgs,
  ConsulClient,
  type ConsulClientArgs,
} from "../../components/index";

interface HostConfig {
  name: string;
  address: string;
  /** The host's public key. */
  hostKey: string;
}

const config = new Config();
const cluster = new StackReference(config.require("cluster"));
const login = { user: config.require("user"), privateKeyFile: config.require("privateKeyFile") };

const web = new ConsulClient("web", {
  ...config.requireObject<Partial<ConsulClientArgs>>("settings"),
  // Whom they join, the key, datacenter and release; and TLS and ACLs, from the next run on after the cluster has them.
  cluster: cluster.requireOutput("clientSettings"),
  existing: { hosts: config.requireObject<HostConfig[]>("hosts").map((h) => ({ ...h, ...login })) },
  services: config.requireObject<ClientServiceArgs[]>("services"),
});

export const clients = web.clients;
export const httpAddresses = web.httpAddresses;
export const dnsAddresses = web.dnsAddresses;

/** Known when every client knows a leader and is alive in the pool. */
export const ready = web.ready;
