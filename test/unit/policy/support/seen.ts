import { type Resource, unknown, type Values } from "../../../../policy/graph";
import { type LastRun, lastRunOf } from "../../../../policy/lastRun";
import type { Registered } from "../../../graph/support/recorder";
import { Secret, Unknown } from "../../../graph/support/values";

const root = "urn:pulumi:test::consul-cluster";

/** Recorded resources as a policy sees them: the engine gives a stack's policies the inputs among the outputs. */
export function seen(registered: Registered[], stack = "test"): Resource[] {
  const byName = new Map(registered.map((one) => [one.name, one]));
  const types = ({ type, parent }: Registered): string => {
    const above = parent === undefined ? undefined : byName.get(parent);
    return above ? `${types(above)}$${type}` : type;
  };
  const urn = (one: Registered) => `${root.replace("test", stack)}::${types(one)}::${one.name}`;
  return registered.map((one) => {
    const above = one.parent === undefined ? undefined : byName.get(one.parent);
    return {
      urn: urn(one),
      type: one.type,
      name: one.name,
      parent: above && urn(above),
      aliases: [],
      props: plain(one.inputs) as Values,
      groups: [],
    };
  });
}

/** The checkpoint of a run that made these: commands have said something. */
export function leftBehind(resources: Resource[]): LastRun {
  return lastRunOf(
    resources.map(({ urn, type, parent, props }) => ({
      urn,
      type,
      parent,
      inputs: props,
      outputs: { ...props, ...made(type) },
    })),
  );
}

/** What only a run brings about. */
function made(type: string): Values {
  if (type.startsWith("command:")) return { stdout: "said" };
  return type === "aws:ec2/instance:Instance" ? { arn: "arn:aws:ec2:made" } : {};
}

/** As a preview sees them: resources of these names are made or changed, all others stay as they are. */
export function previewed(resources: Resource[], ...changed: string[]): Resource[] {
  return resources.map((resource) => {
    const fresh = Object.keys(made(resource.type)).map((key) => [key, unknown]);
    const known = changed.includes(resource.name) ? Object.fromEntries(fresh) : made(resource.type);
    return { ...resource, props: { ...resource.props, ...known } };
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Unknown) return unknown;
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
