import { planClients } from "../components/client/plan";
import { planCluster } from "../components/cluster/plan";
import {
  type Caller,
  listeners,
  neededOfAgents,
  neededOfServers,
  portsOf,
} from "../components/render/ports";
import { markdownTable } from "./markdownTable";

const START = "<!-- ports: made by `npm run generate` from components/render/ports.ts -->";
const END = "<!-- /ports -->";

const columns: Record<Caller, string> = {
  servers: "servers",
  agents: "client agents",
  applications: "applications, operators",
};

/** A page with the table of ports anew, between the two marks that it has for it. */
export function withPortsTable(page: string): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`a page without the marks ${START} and ${END}`);
  return `${before}${START}\n\n${portsTable()}\n\n${END}${after}`;
}

function portsTable(): string {
  const head = ["of", "port", "argument", "what", ...Object.values(columns)];
  return markdownTable([
    head,
    ...rows("a server", planCluster({}).ports, neededOfServers),
    ...rows("a client agent", planClients({}).ports, neededOfAgents),
  ]);
}

type Ports = Parameters<typeof portsOf>[1];

function rows(of: string, ports: Ports, needed: typeof neededOfServers): string[][] {
  const names = Object.keys(listeners) as (keyof typeof listeners)[];
  return names
    .filter((name) => ports[name] !== undefined)
    .map((name) => [
      of,
      portText(name, ports),
      `\`ports.${name}\``,
      listeners[name].what,
      ...(Object.keys(columns) as Caller[]).map((who) => (needed[who].includes(name) ? "yes" : "")),
    ]);
}

function portText(name: keyof typeof listeners, ports: Ports): string {
  const { tcp, udp } = portsOf([name], ports);
  if (tcp.length === 0) return "off";
  return `${tcp[0]}, TCP${udp.length > 0 ? " and UDP" : ""}`;
}
