// Consul's own resources through its own provider, which is built from the outputs of the cluster's stack.
//
// The provider knows one server and no other, so a run needs that one. A key of `consul.Keys` belongs to Pulumi alone:
// whatever an operator sets is set back. For defaults that operators may change, see ../application.
//
// `npm test` type-checks it and looks at what it registers; it runs with the plugin of @pulumi/consul, which
// Pulumi downloads.
import * as consul from "@pulumi/consul";
import { all, Config, type Output, StackReference } from "@pulumi/pulumi";

const cluster = new StackReference(new Config().require("cluster"));

// Together with `ready`: nothing is asked of a cluster that has no leader yet.
const server = all([
  cluster.requireOutput("ready"),
  cluster.requireOutput("httpAddresses") as Output<string[]>,
]).apply(([ready, addresses]) => {
  if (!ready) throw new Error("the cluster has no leader yet");
  const [scheme, address] = addresses[0]?.split("://") ?? [];
  return { scheme, address };
});

const provider = new consul.Provider("consul", {
  address: server.address.apply(String),
  scheme: server.scheme.apply(String),
  datacenter: cluster.requireOutput("datacenter"),
  // "" where the cluster has no ACLs. With them, better a token of one's own that may do no more than this.
  token: cluster.getOutput("managementToken"),
});

// A database that has no agent of its own.
const node = new consul.Node(
  "database",
  { name: "database", address: "192.0.2.40", meta: { "external-node": "true" } },
  { provider },
);

export const service = new consul.Service(
  "database",
  { name: "database", node: node.name, port: 5432 },
  { provider },
).name;

export const keys = new consul.Keys(
  "shop",
  { keys: [{ path: "shop/database", value: "database.service.consul:5432", delete: true }] },
  { provider },
).id;
