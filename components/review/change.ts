import { gt } from "semver";
import { readSettings } from "../shellWords";
import type { MemberSteps } from "./group";
import { type FileDiff, fileDiffs } from "./lineDiff";
import { isSecret, isUnknown, type PreviewStep, type ResourceState, textOf } from "./preview";

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
  /** Its settings and its unit, line by line. */
  files: FileDiff[];
  /** Its settings are a secret, or known in the update only, so that `files` cannot show them. */
  hidden?: "secret" | "unknown";
  /** Secrets that change, by what they are; never their values. */
  secrets: string[];
  /** Where its address changes. */
  address: { from?: string; to?: string };
  /** Its data go with it. */
  dataGoes: boolean;
  /** A release that may be older than the one that runs. */
  downgradeAllowed: boolean;
}

/**
 * `clusterExists`: a server that is new joins, then, where it would begin with the others. `machine`: what becomes of
 * a machine that the stack makes; where its script alone is another, it stays, though the engine cannot know that.
 */
export function changeOf(
  member: MemberSteps,
  clusterExists: boolean,
  machine?: string,
): ServerChange {
  const activate = sides(member, "activate");
  const departure = sides(member, "departure");
  const config = sides(member, "config");
  const [was, is] = [lines(activate.old), lines(activate.new)];
  const [from, to] = [departure.settings.old.address, departure.settings.new.address];
  const effect = effectOf(member, was, is, clusterExists, machine === "update");
  return {
    name: member.name,
    effect,
    reasons:
      effect === "replacement"
        ? [replacementReason(from, to)]
        : [...reasonsOf(was, is, config), ...ownScripts(member, machine)],
    version: { from: was?.release, to: is?.release },
    files: fileDiffs(config.old, config.new),
    hidden: effect === "leave" ? undefined : hiddenPart(member),
    secrets: secretsOf(member, was, is),
    address: { from, to },
    dataGoes:
      effect === "leave" &&
      (departure.settings.old.stays !== "yes" || departure.settings.old.removeData === "yes"),
    downgradeAllowed: config.settings.new.allowDowngradeTo !== undefined,
  };
}

/** A step with what it says before and after: its plain stdin, and the settings of its command. */
function sides(member: MemberSteps, kind: string) {
  const step = member.steps[kind];
  const text = (state: "oldState" | "newState") => stdinOf(member, kind, state);
  const words = (state?: ResourceState) =>
    readSettings(textOf(state, "delete") ?? textOf(state, "create") ?? "");
  return {
    step,
    old: text("oldState"),
    new: text("newState"),
    settings: { old: words(step?.oldState), new: words(step?.newState) },
  };
}

/** Where a password is part of the stdin, the text stands in the step beside it that is there to be read. */
function stdinOf(member: MemberSteps, kind: string, side: "oldState" | "newState") {
  return (
    textOf(member.steps[kind]?.[side], "stdin") ??
    textOf(member.steps[`${kind}-shown`]?.[side], "stdin")
  );
}

type Wanted = Record<string, string>;

/** What an activation shall bring about, by part: release, restart-settings, secrets, ... */
function lines(text: string | undefined): Wanted | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}

function effectOf(
  member: MemberSteps,
  was: Wanted | undefined,
  is: Wanted | undefined,
  clusterExists: boolean,
  machineStays: boolean,
): Effect {
  const { activate, departure, ...staging } = member.steps;
  if (activate?.op === "delete") return "leave";
  if (departure?.op.includes("replace") && !machineStays) return "replacement";
  if (activate?.op === "create") return clusterExists ? "join" : "start";
  if (activate && activate.op !== "same") {
    if (isUnknown(activate.newState, "stdin")) return "unknown";
    const change = was && is ? activation(was, is) : undefined;
    if (change) return change;
  }
  const staged = Object.entries(staging).some(
    ([kind, { op }]) => kind !== "departure" && op !== "same",
  );
  return staged ? "staging" : "nothing";
}

/** As activate.sh chooses the least that serves. */
function activation(was: Wanted, is: Wanted): Effect | undefined {
  const differs = (part: string) => was[part] !== is[part];
  if (is["wipe-data"] && differs("wipe-data")) return "wipe";
  if (differs("release") || differs("restart-settings")) return "restart";
  if (differs("reloadable-settings")) return "reload";
  if (differs("secrets")) return "rotation";
  return differs("neighbours") ? "staging" : undefined;
}

function replacementReason(from: string | undefined, to: string | undefined): string {
  return from !== to && from && to ? `its address changes from ${from} to ${to}` : "a new machine";
}

function reasonsOf(
  was: Wanted | undefined,
  is: Wanted | undefined,
  config: { old?: string; new?: string },
): string[] {
  if (!was || !is) return [];
  const differs = (part: string) => was[part] !== is[part];
  const files = fileDiffs(config.old, config.new).map(({ file }) => file);
  const of = (names: string[], word: string) => {
    const shown = files.filter((file) => names.includes(file));
    return shown.length > 0 ? `${word} (${shown.join(", ")})` : word;
  };
  return [
    differs("release") &&
      `release ${was.release} → ${is.release}${isDowngrade(was.release, is.release) ? ", a downgrade" : ""}`,
    differs("restart-settings") &&
      of(["10-server.json", "consul.service", "environment"], "settings that need a restart"),
    differs("reloadable-settings") &&
      of(["20-reloadable.json"], "settings that a reload takes over"),
    differs("neighbours") && "who its neighbours are, read at its next start",
    differs("secrets") && "the gossip key",
    is["wipe-data"] && differs("wipe-data") && "its data are wiped, as asked for",
  ].filter((reason) => typeof reason === "string");
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

function hiddenPart({ steps }: MemberSteps): "secret" | "unknown" | undefined {
  const { config } = steps;
  if (!config || config.op === "same") return undefined;
  if (isUnknown(config.newState, "stdin")) return "unknown";
  if (!isSecret(config.newState, "stdin") || steps["config-shown"]) return undefined;
  return config.diffReasons?.includes("stdin") ? "secret" : undefined;
}

function secretsOf(
  { steps }: MemberSteps,
  was: Wanted | undefined,
  is: Wanted | undefined,
): string[] {
  const changed = (step: PreviewStep | undefined, input: string) =>
    step?.op === "update" && step.diffReasons?.includes(input);
  const any = (input: string) => Object.values(steps).some((step) => changed(step, input));
  const found: string[] = [];
  if (was?.secrets && is?.secrets && was.secrets !== is.secrets)
    found.push(`the gossip key (${was.secrets} → ${is.secrets})`);
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
