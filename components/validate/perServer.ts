import { checkServicesBesideAcl } from "./acl";
import { checkEnvironment } from "./environment";
import { checkExtraConfig, governedBy, managedIn } from "./extraConfig";
import { checkHttpApi } from "./httpApi";
import { governs, type ManagedKey, refused } from "./managedKeys";
import { type Problem, problem } from "./problem";
import type { AgentFolders } from "./sandbox";
import { allServers } from "./servers";
import { type Check, type Fields, fieldsOf, object, optional, text } from "./values";

/** What one of them cannot say, though all of them together may. */
const OF_ALL: readonly ManagedKey[] = [
  governs("node_meta", "nodeMeta"),
  refused("autopilot", "it is the whole cluster's; set it in the `extraConfig` of all"),
];

/**
 * What single servers, or client agents, have of their own: the rules of what all have, each problem at the entry that says it.
 * `managedKeys`, `defaults`: see `checkExtraConfig`.
 */
export function checkPerServer(
  args: Fields,
  managedKeys: readonly ManagedKey[],
  defaults: AgentFolders,
): Problem[] {
  return allServers(args).flatMap(({ path, entry }) => {
    const { nodeMeta, environment, extraConfig } = fieldsOf(entry);
    const own: Fields = { ...args, extraConfig };
    const keys = [...managedKeys.filter(({ key }) => !isBelow(key)), ...OF_ALL];
    return [
      ...optional(checkNodeMeta(managedKeys))(nodeMeta, `${path}.nodeMeta`),
      ...checkEnvironment({ environment }, `${path}.environment`),
      ...checkExtraConfig(own, keys, defaults, `${path}.extraConfig`),
      ...[...checkHttpApi(own), ...checkServicesBesideAcl(own)]
        .filter((found) => found.path.startsWith("extraConfig."))
        .map((found) => ({ ...found, path: `${path}.${found.path}` })),
    ];
  });
}

/** Governed as a whole here, and so not in parts. */
function isBelow(key: string): boolean {
  return OF_ALL.some((whole) => key.startsWith(`${whole.key}.`));
}

/** Consul's own limits (agent/structs, ValidateNodeMetadata). */
const LIMITS = { pairs: 64, key: 128, value: 512 };

function checkNodeMeta(managedKeys: readonly ManagedKey[]): Check {
  const managed = managedIn(managedKeys);
  return object((meta, path) => [
    ...(Object.keys(meta).length > LIMITS.pairs
      ? problem(path, `holds more than ${LIMITS.pairs} pairs, and Consul takes no more`)
      : []),
    ...Object.entries(meta).flatMap(([key, value]) => {
      const at = `${path}.${key}`;
      const found = governedBy(`node_meta.${key.toLowerCase()}`, managed) ?? keyTrouble(key);
      return found === undefined ? checkMetaValue(value, at) : problem(at, found);
    }),
  ]);
}

function keyTrouble(key: string): string | undefined {
  if (!/^[\w-]+$/.test(key) || key.length > LIMITS.key)
    return `is no key of node metadata; give up to ${LIMITS.key} letters, digits, \`_\` and \`-\``;
  return key.startsWith("consul-")
    ? "begins with `consul-`, which Consul keeps for itself; give another key"
    : undefined;
}

const checkMetaValue = text((value, path) =>
  Buffer.byteLength(value) > LIMITS.value
    ? problem(path, `is longer than ${LIMITS.value} bytes, and Consul takes no more`)
    : [],
);
