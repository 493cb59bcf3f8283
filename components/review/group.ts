import { readSettings } from "../shellWords";
import { nameOf, type Preview, type PreviewStep, textOf, typesOf } from "./preview";

/** The steps of one server, or of one client agent, by what they do: `config`, `activate`, `departure`, ... */
export interface MemberSteps {
  name: string;
  steps: Record<string, PreviewStep>;
}

/** The steps of one cluster. */
export interface ClusterSteps {
  name: string;
  servers: MemberSteps[];
  /** Those that are about all servers: `ready`, `farewell`, `gossip-key`, `replacements`, ... */
  own: Record<string, PreviewStep>;
}

const cluster = "consul-cluster:index:ConsulCluster";
const server = "consul-cluster:index:ConsulServer";

/** The clusters of a stack, sorted by name, each with what the preview says of its resources. */
export function clustersOf({ steps }: Preview): ClusterSteps[] {
  const inside = steps.filter(({ urn }) => typesOf(urn).includes(cluster));
  return clusterNames(inside).map((name) => ({
    name,
    servers: serversOf(name, inside),
    own: Object.fromEntries(
      inside
        .filter((step) => parentName(step) === name && typesOf(step.urn).at(-2) === cluster)
        .map((step) => [nameOf(step.urn).slice(name.length + 1), step]),
    ),
  }));
}

function clusterNames(steps: PreviewStep[]): string[] {
  const names = steps.flatMap((step) => {
    const types = typesOf(step.urn);
    if (types.at(-1) === cluster) return [nameOf(step.urn)];
    return types.at(-2) === cluster ? [parentName(step)] : [];
  });
  // Where nothing but a server's own steps are shown, its name tells what is left for the cluster's.
  const shown = new Set(names);
  for (const { parent, name } of membersNamed(steps)) {
    if (name !== undefined && parent.endsWith(`-${name}`))
      shown.add(parent.slice(0, -name.length - 1));
  }
  return [...shown].sort();
}

function serversOf(name: string, steps: PreviewStep[]): MemberSteps[] {
  return membersNamed(steps)
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

function membersNamed(steps: PreviewStep[]): Member[] {
  const members = new Map<string, Member>();
  for (const step of steps) {
    if (typesOf(step.urn).at(-2) !== server) continue;
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
