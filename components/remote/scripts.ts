import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the scripts stand on a host. */
export const library = "/usr/local/lib/consul-cluster";

/** What a host keeps for later commands; `install-release.sh` itself only passes through. */
const installed = [
  // For a login user whose sudo asks for a password.
  "as-root.sh",
  // Sourced by those below.
  "lib.sh",
  "gates.sh",
  "cluster-lock.sh",
  "gossip.sh",
  "quorum.sh",
  "switch.sh",
  "wayback.sh",
  "activation.sh",
  "stage-secrets.sh",
  "stage-config.sh",
  "activate.sh",
  "ready.sh",
  "leave.sh",
  "forget.sh",
  "remove.sh",
  // Of client agents.
  "activate-client.sh",
  "ready-client.sh",
  "forget-client.sh",
  // For people.
  "recover-quorum.sh",
] as const;

/** Those that are steps of a run. */
export type StepScript = Extract<
  (typeof installed)[number],
  | "stage-secrets.sh"
  | "stage-config.sh"
  | "activate.sh"
  | "ready.sh"
  | "activate-client.sh"
  | "ready-client.sh"
>;

/** Ends a here-document; no script contains this line. */
const end = "CONSUL_CLUSTER_END_OF_FILE";

/**
 * The text that a bare host runs from stdin: the library, the installer of the release, and a function
 * that writes the other scripts. Later commands are then short, and so are their errors and previews.
 */
export function releaseInstaller(): string {
  const writes = installed.map((name) => {
    const text = readScript(name);
    return `cat >"$LIBRARY/${name}.new" <<'${end}'\n${text}${end}\nmv "$LIBRARY/${name}.new" "$LIBRARY/${name}"\n`;
  });
  return [
    readScript("lib.sh"),
    `install_library() {\n${writes.join("")}chmod 0755 "$LIBRARY" "$LIBRARY"/*.sh\n}\n`,
    readScript("data-volume.sh"),
    readScript("install-release.sh"),
    // The last line: by now sh has read all of its stdin, and nothing below can eat from it.
    'install_release_main "$@" </dev/null\n',
  ].join("\n");
}

/** A script's text; the build copies the scripts beside the compiled program. */
export function readScript(name: string): string {
  return readFileSync(join(__dirname, "scripts", name), "utf8");
}
