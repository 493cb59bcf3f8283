import { BareHosts } from "./bareHosts";
import { processesOn, sshOutput } from "./machines";
import { type Settings, TestStack } from "./stack";

// Two hosts that stood before, and the stack of examples/clients, as it stands, that makes them client agents of a cluster.

const clients = { "web-1": "198.18.77.26", "web-2": "198.18.77.27" };
const stack = "clients";

export const names = Object.keys(clients);
export const clientAddresses = Object.values(clients);
export const hosts = new BareHosts(stack);
export const web = new TestStack(stack, {}, undefined, stack);
web.hosted = true;

export const on = (name: string, command: string) => sshOutput(stack, name, command);
export const agents = () => processesOn(stack, names);

/** Makes the hosts, for the cluster of this stack; `more`: what else theirs is told. */
export async function makeClientHosts(cluster: TestStack, more: Settings = {}): Promise<void> {
  const machines = Object.entries(clients).map(([name, address]) => ({ name, address }));
  const made = await hosts.create(...machines);
  web.settings = {
    cluster: `organization/consul-cluster/${cluster.name}`,
    hosts: machines.map((machine, i) => ({ ...machine, hostKey: made[i]?.hostKey })),
    privateKeyFile: hosts.keyFile,
    ...more,
  };
}
