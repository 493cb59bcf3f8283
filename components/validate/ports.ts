import { planCluster } from "../cluster/plan";
import type { listening } from "../settings/listening";
import { isPort } from "./port";
import { type Problem, problem, show } from "./problem";
import { allServers } from "./servers";
import { each, type Fields, fieldsOf, number, object, optional, repeats } from "./values";

type PortName = keyof typeof listening.ports.group;

export type Ports = Partial<Record<PortName, number>>;

/** Ports of the settings, as they are where nothing else is said. */
export const DEFAULT_PORTS = planCluster({}).ports;
/** Without these there is no cluster, or no way for this component to ask it for its health. */
const NEEDED: ReadonlySet<PortName> = new Set(["http", "server", "serfLan"]);
/** The same of servers, which may answer over HTTPS alone: validate/httpApi.ts says when. */
export const NEEDED_OF_SERVERS: ReadonlySet<PortName> = new Set(["server", "serfLan"]);

/** What a port number is in the settings, given or by default. */
export function portOf(args: Fields, name: PortName, defaults: Ports = DEFAULT_PORTS): unknown {
  return fieldsOf(args.ports)[name] ?? defaults[name];
}

/** `defaults` are all ports that there are: a client agent has fewer than a server. `needed`: those that are never off. */
export function checkPorts(
  args: Fields,
  defaults: Ports = DEFAULT_PORTS,
  needed: ReadonlySet<PortName> = NEEDED,
): Problem[] {
  const names = Object.keys(defaults) as PortName[];
  const checks = Object.fromEntries(
    names.map((name) => [name, optional(checkListener(name, needed))]),
  );
  return [
    ...optional(object((ports) => each(ports, "ports", checks)))(args.ports, "ports"),
    ...checkTwice(args, defaults),
    ...checkSsh(args, names),
  ];
}

function checkListener(name: PortName, needed: ReadonlySet<PortName>) {
  return number((port, path) => {
    if (isPort(port)) return [];
    if (port === -1 && !needed.has(name)) return [];
    if (port === -1) {
      const reason = name === "http" ? "health is asked for there" : "servers need it to talk";
      return problem(path, `-1 would switch this listener off, and ${reason}; give 1 to 65535`);
    }
    const off = needed.has(name) ? "" : ", or -1 to switch the listener off";
    return problem(path, `${show(port)} is not a port; give 1 to 65535${off}`);
  });
}

/** Every listener takes TCP, some UDP too: no number twice is all that needs to be said. */
function checkTwice(args: Fields, defaults: Ports): Problem[] {
  const names = Object.keys(defaults) as PortName[];
  const ports = names.map((name) => ({ name, port: portOf(args, name, defaults) }));
  const given = fieldsOf(args.ports);
  return repeats(ports, ({ port }) => (isPort(port) ? String(port) : undefined)).flatMap(
    ({ item, first }) => {
      // The problem stands at the one that was written down, not at a default, which an SDK of another language fills in.
      const isDefault = ({ name }: { name: PortName }) =>
        given[name] === undefined || given[name] === defaults[name];
      const [at, other] = isDefault(item) ? [first, item] : [item, first];
      const origin = isDefault(other) ? " by default" : "";
      return problem(
        `ports.${at.name}`,
        `${show(at.port)} is the port of ports.${other.name}${origin}; give each its own`,
      );
    },
  );
}

/** Where SSH answers nobody else can listen; behind a forwarded port the real one is not known. */
function checkSsh(args: Fields, names: PortName[]): Problem[] {
  const ports = new Set(
    allServers(args).flatMap(({ entry, address }) => {
      const { port = 22, sshHost = address } = fieldsOf(entry);
      return sshHost === address && isPort(port) ? [port] : [];
    }),
  );
  return names.flatMap((name) => {
    const port = fieldsOf(args.ports)[name];
    return isPort(port) && ports.has(port)
      ? problem(`ports.${name}`, `${show(port)} is where the servers answer SSH; give another`)
      : [];
  });
}
