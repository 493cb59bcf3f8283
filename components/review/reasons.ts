import { gt } from "semver";
import type { MemberSteps } from "./group";
import type { FileDiff } from "./lineDiff";
import { isSecret } from "./preview";
import type { SettingChange } from "./settings";
import { type Desired, sides } from "./sides";

/** Why a server is replaced. */
export function replacementReason(from: string | undefined, to: string | undefined): string {
  return from !== to && from && to ? `its address changes from ${from} to ${to}` : "a new machine";
}

interface Known {
  files: FileDiff[];
  settings: SettingChange[];
  /** What becomes of a machine that the stack makes. */
  machine?: string;
}

/** What of a server differs, in words. */
export function reasonsOf(
  member: MemberSteps,
  { was, is }: { was?: Desired; is?: Desired },
  known: Known,
): string[] {
  return [
    ...(was && is ? ofActivation(was, is, known) : []),
    ...setUpAgain(member),
    ...ownScripts(member, known.machine),
  ];
}

function ofActivation(was: Desired, is: Desired, { files, settings }: Known): string[] {
  const differs = (part: string) => was[part] !== is[part];
  const of = (names: RegExp, word: string) => {
    const shown = files.filter(({ file }) => names.test(file)).map(({ file }) => file);
    return shown.length > 0 ? `${word} (${shown.join(", ")})` : word;
  };
  return [
    differs("release") &&
      `release ${was.release} → ${is.release}${isDowngrade(was.release, is.release) ? ", a downgrade" : ""}`,
    differs("restart-settings") &&
      of(/^(10-.*\.json|consul\.service|environment)$/, "settings that need a restart"),
    ...settings.map(({ setting, from, to }) => `${setting} ${from} → ${to}`),
    differs("reloadable-settings") &&
      of(/^20-reloadable\.json$/, "settings that a reload takes over"),
    differs("neighbours") && "who its neighbours are, read at its next start",
    differs("secrets") && "the gossip key",
    differs("certificate") && certificateReason(was.certificate, is.certificate),
    differs("acl-rotation") &&
      !!was.tokens &&
      !!is.tokens &&
      "the ACL tokens rotate, which a reload takes over",
    differs("agent-token") && "the token of its agent, which a reload takes over",
    differs("tokens") && "the tokens of the ACLs",
    is["wipe-data"] && differs("wipe-data") && "its data are wiped, as asked for",
  ].filter((reason) => typeof reason === "string");
}

/** Behind a label stand the CAs that are trusted beside the one that signs: secrets/certificates.ts. */
function certificateReason(was = "", is = ""): string {
  const beside = (label: string) => label.split("+").slice(1).join();
  return beside(was) === beside(is)
    ? "its certificate, which a reload takes over"
    : "its certificate and the CAs that it trusts, which a reload takes over";
}

/** A host that was installed anew under its old address: the commands carry its generation as the machine. */
function setUpAgain(member: MemberSteps): string[] {
  const raised = Object.keys(member.steps).some((kind) => {
    const { old, new: now } = sides(member, kind).settings;
    const was = old.machine ?? (old.name === undefined ? undefined : "1");
    return was !== undefined && now.machine !== undefined && now.machine !== was;
  });
  return raised
    ? [
        "set up again, for its generation was raised: started or repaired where it is not well, left alone where it is",
      ]
    : [];
}

/** Another release of this library brings other scripts, which run at the next change. */
function ownScripts({ steps: { release } }: MemberSteps, machine: string | undefined): string[] {
  const renewed = release?.op === "update" && release.diffReasons?.includes("stdin");
  return [
    ...(renewed && !isSecret(release.newState, "stdin")
      ? ["this library's scripts on the host"]
      : []),
    ...(machine === "update" ? ["this library's script for its machine, which stays"] : []),
  ];
}

/** Is `to` older than `from`? */
export function isDowngrade(from: string | undefined, to: string | undefined): boolean {
  return from !== undefined && to !== undefined && gt(from, to);
}
