import { planClients } from "../components/client/plan";
import { planCluster } from "../components/cluster/plan";
import {
  type ByProtocol,
  type Caller,
  listeningPorts,
  neededOfAgents,
  neededOfServers,
  portsOf,
} from "../components/render/ports";

/** What a host is to its firewall. */
interface Guarded {
  /** `server` or `client`, as the files are called. */
  kind: string;
  title: string;
  /** All that it listens on. */
  all: ByProtocol;
  /** Of that, what each kind of caller needs. */
  needed: Partial<Record<Caller, ByProtocol>>;
}

const callers: Record<Caller, string> = {
  servers: "the servers of the cluster",
  agents: "hosts with a client agent",
  applications: "whoever uses the API, DNS or gRPC, operators among them",
};

/** Addresses of the documentation's networks: nobody's, until they are filled in. */
const examples: Record<Caller, string> = {
  servers: "192.0.2.11, 192.0.2.12, 192.0.2.13",
  agents: "198.51.100.0/24",
  applications: "203.0.113.0/24",
};

const SOURCE =
  "Made by `npm run generate` from components/render/ports.ts, with the default ports.";

/** Rules for hosts' own firewalls, by their paths in the project. */
export function firewallFiles(): Record<string, string> {
  const guarded = [server(), client()];
  return Object.fromEntries(
    guarded.flatMap((host) => [
      [`docs/firewall/${host.kind}.nft`, nftables(host)],
      ...entriesOf(host).map(([who, ports]) => [
        `docs/firewall/firewalld/${serviceName(host, who)}.xml`,
        firewalldService(host, who, ports),
      ]),
    ]),
  );
}

function server(): Guarded {
  const plan = planCluster({});
  return guardedHost("server", "a Consul server", plan, neededOfServers);
}

function client(): Guarded {
  const plan = planClients({});
  return guardedHost("client", "a host with a Consul client agent", plan, neededOfAgents);
}

type Plan = Parameters<typeof listeningPorts>[0];

function guardedHost(
  kind: string,
  title: string,
  plan: Plan,
  needed: typeof neededOfServers,
): Guarded {
  const names = (Object.keys(needed) as Caller[]).filter((who) => needed[who].length > 0);
  return {
    kind,
    title,
    all: listeningPorts(plan),
    needed: Object.fromEntries(names.map((who) => [who, portsOf(needed[who], plan.ports)])),
  };
}

function entriesOf({ needed }: Guarded): [Caller, ByProtocol][] {
  return Object.entries(needed) as [Caller, ByProtocol][];
}

function nftables(host: Guarded): string {
  const who = entriesOf(host);
  const sets = who.flatMap(([name]) => [
    `  # ${callers[name]}`,
    `  set ${name} { type ipv4_addr; flags interval; auto-merge; elements = { ${examples[name]} }; }`,
    `  set ${name}6 { type ipv6_addr; flags interval; auto-merge; }`,
  ]);
  const accepted = who.flatMap(([name, ports]) =>
    matches(ports).flatMap((match) => [
      `    ip saddr @${name} ${match} accept`,
      `    ip6 saddr @${name}6 ${match} accept`,
    ]),
  );
  return `# Who reaches which port of ${host.title}. ${SOURCE}
# Fill in the sets, write your own ports where the stack file has others, then
#
#   nft -c -f ${host.kind}.nft && nft -f ${host.kind}.nft
#
# and let the system load it at boot, after its own rules. Only Consul's ports are closed here: SSH and all else stay as
# your other rules have them, and what those drop stays dropped. Loading it again replaces it.

table inet consul_cluster
delete table inet consul_cluster

table inet consul_cluster {
${sets.join("\n")}

  chain input {
    type filter hook input priority filter; policy accept;
    iif lo accept
    ct state established,related accept
${accepted.join("\n")}
${matches(host.all)
  .map((match) => `    ${match} drop`)
  .join("\n")}
  }
}
`;
}

function matches({ tcp, udp }: ByProtocol): string[] {
  const match = (protocol: string, ports: number[]) =>
    ports.length === 0 ? [] : [`${protocol} dport { ${ports.join(", ")} }`];
  return [...match("tcp", tcp), ...match("udp", udp)];
}

function serviceName({ kind }: Guarded, who: Caller): string {
  return `consul-${kind}-for-${who}`;
}

function firewalldService(host: Guarded, who: Caller, { tcp, udp }: ByProtocol): string {
  const line = (protocol: string) => (port: number) =>
    `  <port protocol="${protocol}" port="${port}"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- ${SOURCE} -->
<service>
  <short>${serviceName(host, who)}</short>
  <description>What ${callers[who]} need of ${host.title}.</description>
${[...tcp.map(line("tcp")), ...udp.map(line("udp"))].join("\n")}
</service>
`;
}
