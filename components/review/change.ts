import { stagedOtherThanRuns, wasCutOff } from "./cutOff";
import { isTakenAway, type MemberSteps } from "./group";
import { type FileDiff, fileDiffs } from "./lineDiff";
import { isSecret, isUnknown, type PreviewStep } from "./preview";
import { reasonsOf, replacementReason } from "./reasons";
import { type SettingChange, settingChanges, settingsIn } from "./settings";
import { type Desired, desired, type Sides, sides } from "./sides";

/** What becomes of a server, the weightiest first where it is several. */
export type Effect =
  /** It begins a new cluster, together with the others. */
  | "start"
  /** It joins a cluster that is there. */
  | "join"
  | "leave"
  /** It leaves, and joins again from a new machine or another address. */
  | "replacement"
  /** It gives up its data, and learns it anew from the others. */
  | "wipe"
  | "restart"
  | "reload"
  /** Its gossip key changes while it runs. */
  | "rotation"
  /** Staged and verified; what runs goes on as it is. */
  | "staging"
  | "nothing"
  /** What it will do shows in the update only. */
  | "unknown";

/** What a change means for one server. */
export interface ServerChange {
  name: string;
  effect: Effect;
  /** What of it differs, in words. */
  reasons: string[];
  /** Consul's release before and after; undefined where there is none, or none is known. */
  version: { from?: string; to?: string };
  /** Of the settings by which others know it, those that change. */
  settings: SettingChange[];
  /** Its settings and its unit, line by line. */
  files: FileDiff[];
  /** Its settings are a secret, or known in the update only, so that `files` cannot show them. */
  hidden?: "secret" | "unknown";
  /** Secrets that change, by what they are; never their values. */
  secrets: string[];
  /** Where its address changes. */
  address: { from?: string; to?: string };
  /** Its host is there after it has left: the old one leaves in its turn then, and not before all else. */
  hostStays: boolean;
  /** Its mark for wiping its data is new, or another. */
  wipeAsked: boolean;
  /** Its data go with it. */
  dataGoes: boolean;
  /** A run was cut off in its change, which is taken back now: how far it came, its host alone knows. */
  cutOff?: true;
  /** A release that may be older than the one that runs. */
  downgradeAllowed: boolean;
}

/**
 * `clusterExists`: whether a new server joins (true) or elects its first leader with the others (false). `machine`: what becomes of
 * a machine that the stack makes. One of which only the script has changed stays, though the engine cannot know that.
 */
export function changeOf(
  member: MemberSteps,
  clusterExists: boolean,
  machine?: string,
): ServerChange {
  const activate = sides(member, "activate");
  const departure = sides(member, "departure");
  const config = sides(member, "config");
  const [was, is] = [desired(activate.old), desired(activate.new)];
  const [from, to] = [departure.settings.old.address, departure.settings.new.address];
  const effect = effectOf(member, was, is, clusterExists, machine === "update");
  const cutOff = effect === "unknown" && wasCutOff(member, was, is);
  const files = fileDiffs(config.old, config.new).filter(({ file }) => !repeating.has(file));
  const settings = changedSettings(member, config);
  const hostStays = departure.settings.old.stays === "yes";
  return {
    name: member.name,
    effect,
    ...(cutOff && { cutOff }),
    reasons:
      effect === "replacement"
        ? [replacementReason(from, to)]
        : [
            ...(cutOff ? ["a run was cut off here, and what it has changed is changed back"] : []),
            ...(!cutOff && stagedOtherThanRuns(member, was, is)
              ? [
                  "a run was cut off here, and more may change than is named: what runs may not have what that one had staged",
                ]
              : []),
            ...reasonsOf(member, { was, is }, { files, settings, machine }),
          ],
    version: { from: was?.release, to: is?.release },
    settings,
    files,
    hidden: effect === "leave" ? undefined : hiddenPart(member),
    secrets: secretsOf(member, was, is),
    address: { from, to },
    hostStays,
    // Who comes with its mark has no data of this cluster.
    wipeAsked: was !== undefined && !!is?.["wipe-data"] && is["wipe-data"] !== was["wipe-data"],
    dataGoes: effect === "leave" && (!hostStays || departure.settings.old.removeData === "yes"),
    downgradeAllowed: config.settings.new.allowDowngradeTo !== undefined,
  };
}

/** What these files say stands in others as well, as Consul reads it: the facts are for scripts. */
const repeating = new Set(["facts"]);

/** Where the settings are not to be read, the command lines still tell some. */
function changedSettings(member: MemberSteps, config: Sides): SettingChange[] {
  const { release, departure } = {
    release: sides(member, "release").settings,
    departure: sides(member, "departure").settings,
  };
  const of = (side: "old" | "new") => {
    const { dataDir, configDir } = release[side];
    const { datacenter } = departure[side];
    const told = Object.entries({ datacenter, dataDir, configDir }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return { ...Object.fromEntries(told), ...settingsIn(config[side]) };
  };
  return settingChanges(of("old"), of("new"));
}

function effectOf(
  member: MemberSteps,
  was: Desired | undefined,
  is: Desired | undefined,
  clusterExists: boolean,
  machineStays: boolean,
): Effect {
  // A repair counts as staging: what it finds well it leaves as it is.
  // Looking whether its host answers is nothing that becomes of a server.
  const { activate, departure, reach, ...staging } = member.steps;
  if (activate?.op === "delete" || isTakenAway(member.steps)) return "leave";
  if (departure?.op.includes("replace") && !machineStays) return "replacement";
  if (activate?.op === "create") return clusterExists ? "join" : "start";
  if (activate && activate.op !== "same") {
    if (isUnknown(activate.newState, "stdin")) return "unknown";
    const change = was && is ? activation(was, is) : undefined;
    // Nothing is more than these; beside anything less, a restart that was cut off is still to be changed back.
    if (change === "restart" || change === "wipe") return change;
    if (wasCutOff(member, was, is)) return "unknown";
    if (change) return change;
  }
  const staged = Object.values(staging).some(({ op }) => op !== "same");
  return staged ? "staging" : "nothing";
}

/** As activate.sh chooses the least that serves. */
function activation(was: Desired, is: Desired): Effect | undefined {
  const differs = (part: string) => was[part] !== is[part];
  if (is["wipe-data"] && differs("wipe-data")) return "wipe";
  if (differs("release") || differs("restart-settings") || differs("tokens")) return "restart";
  const reloaded = ["reloadable-settings", "acl-rotation", "certificate", "agent-token"];
  if (reloaded.some(differs)) return "reload";
  if (differs("secrets")) return "rotation";
  return differs("neighbours") ? "staging" : undefined;
}

function hiddenPart({ steps }: MemberSteps): "secret" | "unknown" | undefined {
  const { config } = steps;
  if (!config || config.op === "same") return undefined;
  if (isUnknown(config.newState, "stdin")) return "unknown";
  if (!isSecret(config.newState, "stdin") || steps["config-shown"]) return undefined;
  return config.diffReasons?.includes("stdin") ? "secret" : undefined;
}

function secretsOf(
  { steps }: MemberSteps,
  was: Desired | undefined,
  is: Desired | undefined,
): string[] {
  const changed = (step: PreviewStep | undefined, input: string) =>
    step?.op === "update" && step.diffReasons?.includes(input);
  const any = (input: string) => Object.values(steps).some((step) => changed(step, input));
  const found: string[] = [];
  if (was?.secrets && is?.secrets && was.secrets !== is.secrets)
    found.push(`the gossip key (${was.secrets} → ${is.secrets})`);
  if (was && is && was.tokens !== is.tokens)
    found.push(`the tokens of the ACLs (${was.tokens ?? "none"} → ${is.tokens ?? "none"})`);
  if (was?.tokens && is?.tokens && was["acl-rotation"] !== is["acl-rotation"])
    found.push(rotationOfTokens(was, is));
  if (was && is && was.certificate !== is.certificate)
    found.push(`its certificate (${was.certificate ?? "none"} → ${is.certificate ?? "none"})`);
  if (any("connection")) found.push("how it is reached over SSH (address, user, key or host key)");
  const release = steps.release;
  if (
    changed(release, "stdin") &&
    isSecret(release?.oldState, "stdin") &&
    isSecret(release?.newState, "stdin")
  )
    found.push("the password of its sudo, or the installer behind it");
  return found;
}

/** One line for whoever has to know: what of it others hold. */
function rotationOfTokens(was: Desired, is: Desired): string {
  const [from, to] = [was, is].map((side) => side["acl-rotation"] ?? "rotation-1");
  const outputs =
    is.tokens === "made"
      ? "the outputs managementToken and clientToken change"
      : "the output clientToken changes";
  return `the tokens of the ACLs (${from} → ${to}): ${outputs}, tokens of applications' own stay`;
}
