import type { Values } from "./graph";

/**
 * Consul's settings out of what is sent to a server: `==> NAME <==`, then the file. Behind a sudo password, where
 * there is one. Undefined where there are none.
 */
export function consulSettings(stdin: string): Values | undefined {
  const files = stdin.split(/^==> (.+) <==\n/m).slice(1);
  const settings: Values = {};
  let found = false;
  for (let index = 0; index + 1 < files.length; index += 2) {
    // What Consul reads in one go at every start; bootstrap.json and the neighbours say nothing of security.
    if (!/^\d+-(server|reloadable)\.json$/.test(files[index] as string)) continue;
    merge(settings, JSON.parse(files[index + 1] as string));
    found = true;
  }
  return found ? settings : undefined;
}

/** An object that is divided among files is one to Consul: `tls`, `limits`. */
function merge(settings: Values, more: Values): void {
  for (const [key, value] of Object.entries(more)) {
    const below = objectAt(more, key);
    if (below === value && objectAt(settings, key) === settings[key])
      merge(settings[key] as Values, below);
    else settings[key] = value;
  }
}

function objectAt(settings: Values, key: string): Values {
  const value = settings[key];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Values)
    : {};
}

/** What is missing for server RPC that is encrypted and where each side knows who the other is. */
export function tlsProblems(settings: Values): string[] {
  const tls = objectAt(settings, "tls");
  // Names from before `tls`, which Consul still takes, then the more particular ones.
  const rpc: Values = {
    ...settings,
    ...objectAt(tls, "defaults"),
    ...objectAt(tls, "internal_rpc"),
  };
  const flags = ["verify_incoming", "verify_outgoing", "verify_server_hostname"];
  const files = ["ca_file", "cert_file", "key_file"];
  const isSet = (key: string) => typeof rpc[key] === "string" && rpc[key] !== "";
  const off = flags.filter((key) => rpc[key] !== true);
  const missing = files.filter((key) => !isSet(key) && !(key === "ca_file" && isSet("ca_path")));
  return [
    ...(off.length > 0 ? [`in tls.internal_rpc not true: ${off.join(", ")}`] : []),
    ...(missing.length > 0 ? [`in tls.internal_rpc not set: ${missing.join(", ")}`] : []),
  ];
}

export function aclProblems(settings: Values): string[] {
  const acl = objectAt(settings, "acl");
  return [
    ...(acl.enabled === true ? [] : [`acl.enabled is ${shown(acl.enabled)}, not true`]),
    ...(acl.default_policy === "deny"
      ? []
      : [`acl.default_policy is ${shown(acl.default_policy)}, not "deny"`]),
    ...(acl.down_policy === "allow"
      ? ['acl.down_policy is "allow": who asks while the ACLs are out of reach may do anything']
      : []),
  ];
}

function shown(value: unknown): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}
