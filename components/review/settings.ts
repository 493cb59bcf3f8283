import { filesOf } from "./lineDiff";

/** A setting by which others know a server, and what becomes of it. */
export interface SettingChange {
  /** As the arguments call it: `ports.http`. */
  setting: string;
  from: string;
  to: string;
}

/** Settings by their arguments' names. */
export type Settings = Record<string, string>;

/**
 * The settings by which others know a server: who it is, where it listens, where its folders lie. `config`: the files
 * as they are staged. Of `extraConfig` there is nothing among them, for the arguments govern these keys.
 */
export function settingsIn(config: string | undefined): Settings {
  const files = filesOf(config ?? "");
  const main = Object.keys(files).find((file) => file.startsWith("10-"));
  const json = objectOf(files[main ?? ""]);
  const [, configDir] =
    /^ExecStart=.* -config-dir=(\S+)/m.exec(files["consul.service"] ?? "") ?? [];
  const inside = (key: string) =>
    Object.entries((json[key] ?? {}) as Record<string, unknown>).map(
      ([name, value]) => [`${key}.${argumentName(name)}`, value] as const,
    );
  const all = [
    ["datacenter", json.datacenter],
    ["domain", json.domain],
    ["dataDir", json.data_dir],
    ["configDir", configDir],
    ...inside("ports"),
    ...inside("addresses"),
    // The facts have it of the argument alone, as the guard has: what extraConfig says of ACLs is the user's own.
    [
      "tls",
      main?.startsWith("10-server") && (/^tls=(\w+)$/m.exec(files.facts ?? "")?.[1] ?? "off"),
    ],
    ["acl", main && (/^acl=(\w+)$/m.exec(files.facts ?? "")?.[1] ?? "off")],
  ] as const;
  return Object.fromEntries(
    all.flatMap(([setting, value]) =>
      value === undefined || value === false ? [] : [[setting, String(value)]],
    ),
  );
}

function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    return JSON.parse(text ?? "{}") as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** `grpc_tls`, as Consul says, is `grpcTls` among the arguments. */
function argumentName(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What differs of what is known on both sides. */
export function settingChanges(was: Settings, is: Settings): SettingChange[] {
  return Object.entries(is).flatMap(([setting, to]) => {
    const from = was[setting];
    return from === undefined || from === to ? [] : [{ setting, from, to }];
  });
}
