import {
  childOf,
  clustersOf,
  ofServer,
  type Resource,
  type Server,
  serverName,
  serversOf,
  text,
  unknown,
  type Violation,
} from "../graph";
import { before, type LastRun, type Recorded, replacedAsItIs } from "../lastRun";

/** Two servers away at once are one too many for three. */
export function oneReplacement(resources: Resource[], last: LastRun): Violation[] {
  return clustersOf(resources).flatMap((cluster) => {
    const named = otherMachines(childOf(cluster, "replacements", resources), last);
    const replaced = serversOf(cluster, resources)
      .filter((server) => named.has(serverName(server)) || isReplaced(server, resources, last))
      .map(serverName)
      .sort();
    if (replaced.length < 2) return [];
    return [
      {
        urn: cluster.urn,
        message:
          `this run would replace ${replaced.length} servers of the cluster ${cluster.name}: ` +
          `${replaced.join(", ")}. One goes at a time: change one, run, then change the next`,
      },
    ];
  });
}

/**
 * The guard of a cluster's machines (components/hosts/replacementGuard.ts) reads a line for each of them: its name, and
 * what a replacement changes.
 */
function otherMachines(guard: Resource | undefined, last: LastRun): Set<string> {
  const is = guard && text(guard, "stdin");
  const was = guard && before(guard, last)?.inputs?.stdin;
  if (is === undefined || typeof was !== "string") return new Set();
  const old = new Map(lines(was));
  return new Set(
    lines(is)
      .filter(([name, made]) => old.has(name) && old.get(name) !== made)
      .map(([name]) => name),
  );
}

function lines(stdin: string): [string, string][] {
  return stdin
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" ", 2) as [string, string]);
}

/** Ways that the guard does not see: an instance that cannot be changed in place, a host, `--replace`. */
function isReplaced(server: Server, resources: Resource[], last: LastRun): boolean {
  const machine = ofServer(server, "machine", resources);
  const instance = ofServer(server, "instance", resources);
  if (instance) return isAnother(instance, before(instance, last));
  if (machine) {
    const was = before(machine, last);
    return was !== undefined && replacedAsItIs(machine, was);
  }
  return movesToAnotherHost(childOf(server, "departure", resources), last);
}

/** An instance that stays keeps its ARN, which a preview knows. */
function isAnother({ props }: Resource, was: Recorded | undefined): boolean {
  return was?.outputs?.arn !== undefined && props.arn !== was.outputs.arn;
}

/** On a host that stands already a departure is replaced with the address. */
function movesToAnotherHost(departure: Resource | undefined, last: LastRun): boolean {
  const is = firstOf(departure?.props.triggers);
  const was = departure && firstOf(before(departure, last)?.inputs?.triggers);
  return is !== undefined && is !== unknown && was !== undefined && is !== was;
}

function firstOf(triggers: unknown): unknown {
  return Array.isArray(triggers) ? triggers[0] : undefined;
}
