import { posix } from "node:path";
import { isInside, SANDBOX_HIDES } from "./paths";
import { show } from "./problem";

/** Folders of an agent; undefined where the settings say something that is none. */
export interface AgentFolders {
  configDir: string | undefined;
  dataDir: string | undefined;
}

/** Files that Consul reads: certificates wherever they stand, and some by their whole name. */
const READ =
  /(^|\.)(ca_file|ca_path|cert_file|key_file)$|^(license_path|ui_dir|ui_config\.dir|auto_config\.intro_token_file)$/;

/** Files that it writes. */
const WRITTEN = /^(log_file|pid_file|audit\.sink\.[^.]+\.path)$/;

/** Whose the sockets shall be that Consul makes. (Their group may be any that somebody has put its user into.) */
const SOCKETS_OWNER = "unix_sockets.user";
const CONSULS_USER = "consul";

/** Addresses, separated by spaces, of which one may be a socket. */
const LISTENING = /^addresses\./;

/** Why Consul in its sandbox (render/systemdUnit.ts) can do nothing with what a setting names, and the way out. */
export function sandboxTrouble(
  setting: string,
  value: unknown,
  folders: AgentFolders,
): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  if (READ.test(setting)) return readingTrouble(value, folders);
  if (WRITTEN.test(setting)) return writingTrouble(value, folders, setting);
  if (setting === SOCKETS_OWNER) return ownerTrouble(value);
  if (!LISTENING.test(setting)) return undefined;
  const sockets = value.split(/\s+/).filter((word) => word.startsWith("unix://"));
  return sockets
    .map((socket) => writingTrouble(socket.slice("unix://".length), folders, "consul.sock"))
    .find((trouble) => trouble !== undefined);
}

/** As Consul finds it: its working folder is `/`, and nobody expands a `~`. */
function located(path: string): string {
  return posix.resolve("/", path);
}

function ownerTrouble(name: string): string | undefined {
  return name === CONSULS_USER
    ? undefined
    : `${show(name)}: Consul runs as the user ${CONSULS_USER}, can give its sockets to nobody else, and would fail at its start; leave it out, and take whoever needs them into the group ${CONSULS_USER}, with unix_sockets.mode "0770"`;
}

function readingTrouble(path: string, { configDir }: AgentFolders): string | undefined {
  if (path.startsWith("~")) return `${show(path)}: nobody expands the \`~\`; give the whole path`;
  const at = located(path);
  const hidden = SANDBOX_HIDES.find((folder) => isInside(at, folder));
  if (hidden !== undefined) {
    return `${show(path)} is inside ${hidden}, which Consul's sandbox hides from it; put it where the user consul may read it, /etc/consul-tls for example`;
  }
  return configDir !== undefined && isInside(at, configDir)
    ? `${show(path)} is inside configDir, from which this component removes what is not its own; put it elsewhere, /etc/consul-tls for example`
    : undefined;
}

function writingTrouble(path: string, { dataDir }: AgentFolders, what: string): string | undefined {
  if (dataDir === undefined || isInside(located(path), dataDir)) return undefined;
  const name = { log_file: "consul.log", pid_file: "consul.pid" }[what] ?? posix.basename(path);
  const besides = what === "log_file" ? ", or leave it out: the journal has all of it" : "";
  return `${show(path)} is not inside dataDir, and Consul's sandbox lets it write nowhere else; give ${show(`${dataDir}/${name}`)}${besides}`;
}
