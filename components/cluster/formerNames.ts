import {
  type ComponentResourceOptions,
  mergeOptions,
  type ResourceTransformation,
} from "@pulumi/pulumi";
import { formerNames } from "./clusterId";

/**
 * The options of a component, with which every resource below it is known under the component's former names, too.
 *
 * The engine passes an alias on to children only in the run in which it finds the parent under it: where that run is
 * cut off, the next one would take the children for new ones, and delete the old: departures, and so the cluster.
 */
export function knownByFormerNames(
  name: string,
  opts: ComponentResourceOptions = {},
): ComponentResourceOptions {
  const former = formerNames(opts);
  if (former.length === 0) return opts;
  const addAliases: ResourceTransformation = ({ name: child, props, opts: own }) => {
    if (!child.startsWith(`${name}-`)) return undefined;
    const aliases = former.map((before) => ({ name: `${before}${child.slice(name.length)}` }));
    return { props, opts: mergeOptions(own, { aliases }) };
  };
  return mergeOptions(opts, { transformations: [addAliases] });
}
