import { readSettings } from "../shellWords";
import { nameOf, type Preview, type PreviewStep, textOf, typesOf } from "./preview";

/** The steps of one server, or of one client agent, by what they do: `config`, `activate`, `departure`, ... */
export interface MemberSteps {
  name: string;
  steps: Record<string, PreviewStep>;
}

/** Is everything deleted that a run, one that was cut off perhaps, has left of it? */
export function isTakenAway(steps: Record<string, PreviewStep>): boolean {
  return Object.values(steps).every(({ op }) => op === "delete");
}

/** Servers vote, client agents do not. */
export type Role = "server" | "client";

/** The steps of one cluster, or of client agents that were made together. */
export interface ClusterSteps {
  name: string;
  role: Role;
  servers: MemberSteps[];
  /** Those that are about all servers: `ready`, `farewell`, `gossip-key`, `replacements`, ... */
  own: Record<string, PreviewStep>;
}

interface Kind {
  role: Role;
  /** Type tokens of the component, and of one of its members. */
  cluster: string;
  member: string;
}

const kinds: Kind[] = [
  {
    role: "server",
    cluster: "consul-cluster:index:ConsulCluster",
    member: "consul-cluster:index:ConsulServer",
  },
  {
    role: "client",
    cluster: "consul-cluster:index:ConsulClient",
    member: "consul-cluster:index:ConsulClientAgent",
  },
];

/** The clusters of a stack and then its client agents, sorted by name, each with what the preview says of it. */
export function clustersOf(preview: Preview): ClusterSteps[] {
  return kinds.flatMap((kind) => clustersOfKind(preview, kind));
}

function clustersOfKind({ steps }: Preview, kind: Kind): ClusterSteps[] {
  const { role, cluster } = kind;
  const inside = steps.filter(({ urn }) => typesOf(urn).includes(cluster));
  return clusterNames(inside, kind).map((name) => ({
    name,
    role,
    servers: serversOf(name, inside, kind),
    own: Object.fromEntries(
      inside
        .filter((step) => parentName(step) === name && typesOf(step.urn).at(-2) === cluster)
        .map((step) => [nameOf(step.urn).slice(name.length + 1), step]),
    ),
  }));
}

function clusterNames(steps: PreviewStep[], { cluster, member }: Kind): string[] {
  const names = steps.flatMap((step) => {
    const types = typesOf(step.urn);
    if (types.at(-1) === cluster) return [nameOf(step.urn)];
    return types.at(-2) === cluster ? [parentName(step)] : [];
  });
  // Where nothing but a server's own steps are shown, its name tells what is left for the cluster's.
  const shown = new Set(names);
  for (const { parent, name } of membersNamed(steps, member)) {
    if (name !== undefined && parent.endsWith(`-${name}`))
      shown.add(parent.slice(0, -name.length - 1));
  }
  return [...shown].sort();
}

function serversOf(name: string, steps: PreviewStep[], kind: Kind): MemberSteps[] {
  return membersNamed(steps, kind.member)
    .map(({ parent, name: own, steps }) => ({
      parent,
      steps,
      name: own ?? parent.slice(name.length + 1),
    }))
    .filter((member) => member.parent === `${name}-${member.name}`)
    .map(({ name, steps }) => ({ name, steps }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Member {
  /** The component's name: the cluster's and the server's. */
  parent: string;
  name?: string;
  steps: Record<string, PreviewStep>;
}

function membersNamed(steps: PreviewStep[], type: string): Member[] {
  const members = new Map<string, Member>();
  for (const step of steps) {
    if (typesOf(step.urn).at(-2) !== type) continue;
    const parent = parentName(step);
    const member = members.get(parent) ?? { parent, steps: {} };
    members.set(parent, member);
    member.steps[nameOf(step.urn).slice(parent.length + 1)] = step;
    member.name ??= [step.oldState, step.newState]
      .flatMap((state) => ["create", "delete"].map((input) => textOf(state, input) ?? ""))
      .map((command) => readSettings(command).name)
      .find((found) => found !== undefined);
  }
  return [...members.values()];
}

function parentName(step: PreviewStep): string {
  return nameOf((step.newState ?? step.oldState)?.parent ?? "");
}
