import type { ManagedKey } from "./managedKeys";
import { type Problem, problem, show } from "./problem";
import { type AgentFolders, sandboxTrouble } from "./sandbox";
import { type Fields, isFields, kindOf, object, optional, UNKNOWN } from "./values";

const IN_THE_OPEN = "these settings are staged in the open, no place for a secret";

/** By key, what to do instead. */
type Managed = ReadonlyMap<string, string>;

/** Objects that hold managed and free keys side by side: `performance`, `ports`. */
function sharedKeys(managed: Managed): Set<string> {
  const keys = [...managed.keys()];
  return new Set(keys.flatMap((key) => (key.includes(".") ? [key.replace(/\..*/, "")] : [])));
}

/** Keys whose values are secrets, wherever they stand. Names of files are none. */
const SECRET = /(^|_)(token|password|passphrase|secret|secret_id|private_key|access_key)$/;

/** What holds for all settings of an agent. */
interface Rules {
  managed: Managed;
  folders: AgentFolders;
}

/**
 * Any other Consul setting. No value is shown but a path: nobody knows what stands there. `defaults`: the folders where
 * the arguments name none. `path`: where it stands.
 */
export function checkExtraConfig(
  args: Fields,
  managedKeys: readonly ManagedKey[],
  defaults: AgentFolders,
  path = "extraConfig",
): Problem[] {
  const managed = managedIn(managedKeys);
  const folder = (name: keyof AgentFolders) => {
    const given = args[name] ?? defaults[name];
    return typeof given === "string" ? given : undefined;
  };
  const folders = { configDir: folder("configDir"), dataDir: folder("dataDir") };
  const check = object((config, at) => checkTop(config, at, { managed, folders }));
  return optional(check)(args.extraConfig, path);
}

export function managedIn(keys: readonly ManagedKey[]): Managed {
  return new Map(keys.map(({ key, instead }) => [key, instead]));
}

function checkTop(config: Fields, path: string, rules: Rules): Problem[] {
  const shared = sharedKeys(rules.managed);
  return Object.entries(config).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    if (!/^[a-z][a-z0-9_]*$/.test(key)) {
      return problem(at, `is not spelled as Consul's settings are; write ${show(snakeCase(key))}`);
    }
    if (shared.has(key) && !isFields(value) && value !== UNKNOWN) {
      return problem(at, `must be an object, not ${kindOf(value)}`);
    }
    return walk(value, at, key, { ...rules, above: [] });
  });
}

function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_");
}

interface Walk extends Rules {
  /** What the value stands in. */
  above: unknown[];
}

/**
 * Looks at a setting and all below it. `at` is where it stands, `setting` is Consul's name of it: without
 * the indexes of lists, which Consul looks through, and in lower case, which Consul does not tell apart.
 */
function walk(value: unknown, at: string, setting: string, rules: Walk): Problem[] {
  const found = governedBy(setting, rules.managed) ?? sandboxTrouble(setting, value, rules.folders);
  if (found !== undefined) return problem(at, found);
  if (rules.above.includes(value)) return problem(at, "holds itself, which JSON cannot");
  const below = { ...rules, above: [...rules.above, value] };
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => walk(item, `${at}[${index}]`, setting, below));
  }
  if (isFields(value)) {
    if (!isPlain(value)) return problem(at, "is not plain JSON");
    return Object.entries(value).flatMap(([key, item]) =>
      walk(item, `${at}.${key}`, `${setting}.${key.toLowerCase()}`, below),
    );
  }
  return value === UNKNOWN || isJson(value)
    ? []
    : problem(at, `is ${kindOf(value)}, not plain JSON`);
}

/** Why a setting, in Consul's own name, is not the user's to give here. */
export function governedBy(setting: string, managed: Managed): string | undefined {
  const instead = managed.get(setting);
  if (instead !== undefined) return `is governed by this component: ${instead}`;
  if (setting === "acl.tokens") {
    return `holds tokens, and ${IN_THE_OPEN}; use the argument \`acl\`, or set them with \`consul acl set-agent-token\``;
  }
  return SECRET.test(setting.replace(/.*\./, ""))
    ? `looks like a secret, and ${IN_THE_OPEN}`
    : undefined;
}

function isPlain(value: Fields): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || ["string", "boolean"].includes(typeof value);
}
