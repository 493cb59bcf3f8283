import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { type Resource, unknown, type Values } from "./graph";

/**
 * A resource without the SDK's traps: reading an unknown value throws there, and turns what the policy would
 * have found into a mere advice.
 */
export function fromSdk(resource: PolicyResource | ResourceValidationArgs): Resource {
  const { urn, type, name, opts, props } = resource;
  const comesFrom = "propertyDependencies" in resource ? resource.propertyDependencies : {};
  return {
    urn,
    type,
    name,
    parent: opts.parent,
    aliases: opts.aliases,
    props: plain(props) as Values,
    groups: (comesFrom.securityGroupId ?? []).map((group) => group.urn),
  };
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value);
  const members = keys.map((key) => member(value as Values, key));
  if (Array.isArray(value)) return members;
  return Object.fromEntries(keys.map((key, index) => [key, members[index]]));
}

function member(values: Values, key: string): unknown {
  let value: unknown;
  try {
    value = values[key];
  } catch {
    return unknown;
  }
  return plain(value);
}
