/** In the place of a value that this preview does not know. */
export const unknown = Symbol("unknown");

export type Values = Record<string, unknown>;

/** A resource as a policy sees it, without anything of the SDK's. */
export interface Resource {
  urn: string;
  type: string;
  name: string;
  /** URN. */
  parent?: string;
  /** URNs under which the resource may stand in the state of the last run. */
  aliases: string[];
  props: Values;
  /** URNs of what its `securityGroupId` comes from. */
  groups: string[];
}

export interface Violation {
  message: string;
  urn: string;
}

export interface Server extends Resource {
  cluster: Resource;
}

const clusterType = "consul-cluster:index:ConsulCluster";
const serverType = "consul-cluster:index:ConsulServer";
const agentTypes = [serverType, "consul-cluster:index:ConsulClientAgent"];

/** The clusters of a stack: by their type, whatever project they are in and whatever they are called. */
export function clustersOf(resources: Resource[]): Resource[] {
  return resources.filter(({ type }) => type === clusterType);
}

export function serversOf(cluster: Resource, resources: Resource[]): Server[] {
  return resources
    .filter(({ type, parent }) => type === serverType && parent === cluster.urn)
    .map((server) => ({ ...server, cluster }));
}

/** The child whose name is its parent's and a stable ending. */
export function childOf(
  parent: Resource,
  ending: string,
  resources: Resource[],
): Resource | undefined {
  const name = `${parent.name}-${ending}`;
  return resources.find((resource) => resource.parent === parent.urn && resource.name === name);
}

/** What belongs to a server and stands under the cluster: its machine. */
export function ofServer(
  { name, cluster }: Server,
  ending: string,
  resources: Resource[],
): Resource | undefined {
  const wanted = `${name}-${ending}`;
  return resources.find((resource) => resource.parent === cluster.urn && resource.name === wanted);
}

/** The name by which the user knows a server: the resource's without the cluster's. */
export function serverName({ name, cluster }: Server): string {
  return name.startsWith(`${cluster.name}-`) ? name.slice(cluster.name.length + 1) : name;
}

/** Is this the step that lays a server's plain settings down? */
export function isConfigStep({ urn, name }: Pick<Resource, "urn" | "name">): boolean {
  return name.endsWith("-config") && typesOf(urn).endsWith(`${serverType}$command:remote:Command`);
}

/** Is this the step that installs a release on a server or on a host with a client agent? */
export function isReleaseStep({ urn, name }: Pick<Resource, "urn" | "name">): boolean {
  return (
    name.endsWith("-release") &&
    agentTypes.some((type) => typesOf(urn).endsWith(`${type}$command:remote:Command`))
  );
}

/** Is this inside of a cluster? */
export function isInCluster({ urn }: Pick<Resource, "urn">): boolean {
  return typesOf(urn).split("$").slice(0, -1).includes(clusterType);
}

/** A URN is urn:pulumi:STACK::PROJECT::TYPES::NAME, the types those of all parents and its own. */
function typesOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function stackOf(urn: string): { stack: string; project: string } {
  const [head = "", project = ""] = urn.split("::");
  return { stack: head.replace(/^urn:pulumi:/, ""), project };
}

/** A text among the properties, or undefined where it is none or is not known. */
export function text({ props }: Pick<Resource, "props">, key: string): string | undefined {
  const value = props[key];
  return typeof value === "string" ? value : undefined;
}
