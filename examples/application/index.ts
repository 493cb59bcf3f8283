// An application that finds its Consul cluster in another stack: the servers watch its health and name it in DNS, and
// its settings have defaults in the KV store.
//
// Anything that depends on the cluster takes `ready` together with the addresses, as `servers` below does: the
// addresses alone are known before there is a leader. A cluster that has lost its leader since is waited for, a minute
// at most; then the run fails and says so, and has broken nothing.
//
// This runs with curl and no plugin but Command. With Consul's own provider: ../consul-provider.
// Needed on the computer that runs Pulumi: sh, curl, and a way to the servers' HTTP port.
import { local } from "@pulumi/command";
import { all, Config, getProject, getStack, type Output, StackReference } from "@pulumi/pulumi";

const config = new Config();
const cluster = new StackReference(config.require("cluster"));

const servers = all([
  cluster.requireOutput("ready"),
  cluster.requireOutput("httpAddresses") as Output<string[]>,
  cluster.requireOutput("servers") as Output<{ nodeId: string }[]>,
]).apply(([ready, addresses, nodes]) => {
  if (!ready) throw new Error(`the cluster of ${config.require("cluster")} has no leader yet`);
  return { addresses, nodeIds: nodes.map(({ nodeId }) => nodeId) };
});

const environment = {
  CONSUL_ADDRESSES: servers.addresses.apply((all) => all.join(" ")),
  // Read by no script: a server that has lost its data is told again.
  CONSUL_NODES: servers.nodeIds.apply((all) => all.join(" ")),
};

// What is registered with every server's agent survives the loss of one, and DNS names it once.
const address = config.require("address");
const port = config.requireNumber("port");
const id = `${getProject()}-${getStack()}`;
const service = new local.Command("service", {
  create: "sh ./service.sh register",
  delete: "sh ./service.sh deregister",
  stdin: JSON.stringify({
    ID: id,
    Name: getProject(),
    Address: address,
    Port: port,
    Checks: [
      { Name: "HTTP", HTTP: `http://${address}:${port}/health`, Interval: "2s", Timeout: "1s" },
    ],
  }),
  environment: { ...environment, ID: id },
  logging: local.Logging.Stderr,
  addPreviousOutputInEnv: false,
});

// A default is written where the key does not exist. Whoever sets another value keeps it: neither a new default nor
// `pulumi destroy` touches it. One that was deleted comes back with the next change of these lines.
const defaults = Object.entries(config.requireObject<Record<string, string>>("defaults")).map(
  ([key, value]) => {
    const command = new local.Command(`default-${key}`, {
      create: "sh ./kv-default.sh write",
      delete: "sh ./kv-default.sh remove",
      stdin: value,
      environment: { ...environment, KEY: key, OWNER: id },
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    });
    return [key, command.stdout] as const;
  },
);

/** What Consul's DNS calls it, known once it is registered. */
export const name = service.stdout.apply(() => `${getProject()}.service.consul`);

/** By key: `default`, or `other` where somebody's own value stood when it was last looked at. */
export const settings = all(Object.fromEntries(defaults));
