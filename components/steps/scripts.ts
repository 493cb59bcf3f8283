import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the scripts stand on a host. */
export const library = "/usr/local/lib/consul-cluster";

/** What the scripts on a host source, in this order, as one file: `lib.sh`. A room a folder, see docs/architecture.md. */
const hostLibrary = [
  "paths.sh",
  "log.sh",
  "args.sh",
  "clock.sh",
  "lock.sh",
  "files.sh",
  "facts.sh",
  "notes.sh",
  "owner.sh",
  "consul/json.sh",
  "consul/api.sh",
  "consul/tokens.sh",
  "consul/tls.sh",
  "consul/answers.sh",
  "consul/agents.sh",
  "consul/gossip.sh",
  "consul/keyring.sh",
  "consul/acl.sh",
  "consul/acl-rights.sh",
  "consul/acl-rotation.sh",
  "consul/settings.sh",
  "gate/quorum.sh",
  "gate/health.sh",
  "gate/in-person.sh",
  "gate/cluster.sh",
  "gate/cluster-lock.sh",
  "gate/snapshot.sh",
  "gate/handover.sh",
  "gate/gates.sh",
  "gate/teardown.sh",
  "gate/tls-step.sh",
  "agent/service.sh",
  "agent/certificates.sh",
  "agent/secrets.sh",
  "agent/staged.sh",
  "agent/desired.sh",
  "agent/switch.sh",
  "agent/config-folder.sh",
  "agent/rollback.sh",
  "agent/gossip-key.sh",
].map((file) => `host-lib/${file}`);

/** Programs that a host keeps for later commands, each with its place in this library. */
const programs = {
  "stage-secrets.sh": "steps/secrets/stage-secrets.sh",
  "stage-config.sh": "steps/config/stage-config.sh",
  "repair.sh": "steps/repair/repair.sh",
  "activate.sh": "steps/activate/activate.sh",
  "activate-client.sh": "steps/activate/activate-client.sh",
  "ready.sh": "steps/ready/ready.sh",
  "ready-client.sh": "steps/ready/ready-client.sh",
  "leave.sh": "steps/leave/leave.sh",
  "force-remove.sh": "steps/leave/force-remove.sh",
  "force-remove-client.sh": "steps/leave/force-remove-client.sh",
  "remove.sh": "steps/leave/remove.sh",
  // What departures of 0.1.0 call, which stand in saved states.
  "forget.sh": "steps/leave/forget.sh",
  "forget-client.sh": "steps/leave/forget-client.sh",
  // For a login user whose sudo asks for a password.
  "as-root.sh": "host-lib/as-root.sh",
  // For people.
  "recover-quorum.sh": "host-lib/recover-quorum.sh",
} as const;

export type Program = keyof typeof programs;

/** Those that are called as root over a connection, by steps and departures: all but what people run, or the login user. */
export const calledAsRoot = (Object.keys(programs) as Program[]).filter(
  (name) => name !== "as-root.sh" && name !== "recover-quorum.sh",
);

/** Those that are steps of a run. */
export type StepScript = Extract<
  Program,
  | "stage-secrets.sh"
  | "stage-config.sh"
  | "repair.sh"
  | "activate.sh"
  | "activate-client.sh"
  | "ready.sh"
  | "ready-client.sh"
>;

/** What the release step brings along and does not leave behind, in this order. */
const installer = () => [
  "data-volume.sh",
  ...distributions(),
  "packages.sh",
  "preflight.sh",
  "user.sh",
  "signature.sh",
  "proxy.sh",
  "install-release.sh",
];

/** A file for each, and one for what they have in common: whatever stands there comes along. */
function distributions(): string[] {
  const folder = "distributions";
  return readdirSync(join(__dirname, "release", folder))
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** Ends a here-document; no script contains this line. */
const end = "CONSUL_CLUSTER_END_OF_FILE";

/**
 * The text that a bare host runs from stdin: the library, the installer of the release, and a function
 * that writes library and programs. Later commands are then short, and so are their errors and previews.
 */
export function releaseInstaller(): string {
  const programTexts = (Object.keys(programs) as Program[]).map((name) =>
    writing(name, `cat <<'${end}'\n${readScript(name)}${end}\n`),
  );
  return [
    // Once in this text: the installer needs the library itself, and leaves it on the host.
    `library_text() {\ncat <<'${end}'\n${hostLibraryText()}${end}\n}\neval "$(library_text)"\n`,
    `install_library() {\n${writing("lib.sh", "library_text\n")}${programTexts.join("")}chmod 0755 "$LIBRARY" "$LIBRARY"/*.sh\n}\n`,
    ...installer().map((file) => read(`steps/release/${file}`)),
    // The last line: by now sh has read all of its stdin, and nothing below can eat from it.
    'install_release_main "$@" </dev/null\n',
  ].join("\n");
}

/** Puts what a command prints in the place of a file of the library's, in one step. */
function writing(name: string, command: string): string {
  const file = `"$LIBRARY/${name}.new"`;
  return `{\n${command}} >${file}\nmv ${file} "$LIBRARY/${name}"\n`;
}

/** What every program on a host sources. */
export function hostLibraryText(): string {
  return hostLibrary.map(read).join("\n");
}

/** The text of a program, as it lies on a host. */
export function readScript(name: Program): string {
  return read(programs[name]);
}

/** The release step's own functions, without those of the library: for tests. */
export function installerText(): string {
  return installer()
    .map((file) => read(`steps/release/${file}`))
    .join("\n");
}

/** A file of this library; the build copies the scripts beside the compiled program. */
function read(path: string): string {
  return readFileSync(join(__dirname, "..", path), "utf8");
}
