import type { ServerChange } from "./change";
import type { ClusterSteps } from "./group";
import { guardedTls } from "./guardedTls";
import type { OrderStep } from "./order";
import { nameOf, type PreviewStep } from "./preview";
import { protectedMachines } from "./protection";
import { isDowngrade } from "./reasons";
import { fixedSettings, followers } from "./settingWarnings";
import { names } from "./words";

/** What nobody wants without having decided it. `--strict` fails on it, but for those that are allowed by name. */
export const dangers = [
  "destroy",
  "quorum",
  "replacements",
  "protected",
  "fixed-settings",
  "downgrade",
  "wipe",
  "two-wipes",
  "gossip-key",
] as const;

export interface Warning {
  /** One of `dangers`; undefined where it is only to be known. */
  danger?: (typeof dangers)[number];
  /** The run refuses it by itself: it fails, and whatever serves goes on as it is. */
  refused?: true;
  text: string;
}

/** What a reviewer has to know beyond what changes, the dangers first. */
export function warningsOf(
  steps: ClusterSteps,
  changes: readonly ServerChange[],
  order: readonly OrderStep[],
  size: { before: number; after: number },
): Warning[] {
  const { own, role } = steps;
  // Whatever becomes of a client agent, the cluster is none the worse.
  if (role === "client")
    return [
      ...fixedSettings(changes, role, "hosts"),
      ...followers(changes, role),
      ...notShown(changes),
    ];
  const exists = size.before > 0;
  const goes = exists && size.after === 0;
  const guard = own["fixed-settings"];
  const guarded = compares(guard);
  // A release of this library without the guard has hosts that compare nothing either.
  const refuser = guarded ? "guard" : guard && "hosts";
  return [
    ...(goes ? [destroyed] : []),
    ...(exists && !goes ? quorumLost(order, size.before) : []),
    ...tooManyReplaced(changes, compares(own.replacements)),
    ...protectedMachines(steps, changes, { goes, guarded: compares(own.replacements) }),
    ...(exists ? fixedSettings(changes, role, refuser) : []),
    ...(exists && guarded ? guardedTls(guard) : []),
    ...downgrades(changes),
    ...wiped(changes),
    ...(exists ? twoWipes(changes, guarded) : []),
    ...volumesReplaced(own),
    ...(exists && !goes && isMadeAnew(own["gossip-key"]?.op) ? [keyMadeAnew] : []),
    ...(goes ? [] : leaving(changes)),
    ...followers(changes, role),
    ...notShown(changes),
  ];
}

/**
 * Does a guard compare with what it noted in the last run? One that is made in this run notes for the next one; a
 * preview that leaves out what stays the same shows none, for there is nothing that it could refuse.
 */
function compares(guard: PreviewStep | undefined): boolean {
  return guard !== undefined && guard.op !== "create";
}

const destroyed: Warning = {
  danger: "destroy",
  text: "data loss: the whole cluster is taken away; take a snapshot first (`consul snapshot save`)",
};

type Size = { name: string; role: string; before: number; after: number };

/** One goes whole, and one of its kind comes: a component that was given another name looks like that. */
export function withoutAlias(one: Size, all: readonly Size[]): Warning[] {
  if (one.before === 0 || one.after > 0) return [];
  return all
    .filter(({ role, before, after }) => role === one.role && before === 0 && after > 0)
    .map(({ name }) => ({
      text: `where ${name} is ${one.name} under another name, give it \`aliases: [{ name: "${one.name}" }]\`: then nothing is taken away`,
    }));
}

const keyMadeAnew: Warning = {
  danger: "gossip-key",
  text: "the gossip key would be made anew without a rotation; hand the cluster's key in as `gossipKey`, or set `gossip: { rotation }`",
};

function isMadeAnew(op: string | undefined): boolean {
  return op !== undefined && op !== "same" && op !== "update";
}

function quorumLost(order: readonly OrderStep[], before: number): Warning[] {
  const lost = order.filter(({ mayFail }) => mayFail < 0);
  if (before === 1 && lost.length > 0)
    return [{ text: "a cluster of one server is down while that server restarts" }];
  return lost.map(({ what, answering, voters, quorum }) => ({
    danger: "quorum",
    refused: true,
    text: `no quorum while ${what}: ${answering} of ${voters} voters answer, and ${quorum} have to, so the run refuses it; make it two runs`,
  }));
}

function tooManyReplaced(changes: readonly ServerChange[], guarded: boolean): Warning[] {
  const replaced = changes.filter(({ effect }) => effect === "replacement");
  if (replaced.length < 2) return [];
  const text = guarded
    ? `${names(replaced)} would be replaced in one run, which is refused: one machine a run`
    : `${names(replaced)} are replaced in one run, one after the other: one host a run leaves time to look`;
  return [{ danger: "replacements", ...refusedBy(guarded), text }];
}

function downgrades(changes: readonly ServerChange[]): Warning[] {
  const back = changes.filter(({ version }) => isDowngrade(version.from, version.to));
  const [first] = back;
  if (!first) return [];
  const allowed = first.downgradeAllowed
    ? "it is allowed by `allowDowngradeTo`"
    : "it is refused without `allowDowngradeTo`";
  const text = `a downgrade from ${first.version.from} to ${first.version.to} on ${names(back)}: an older release may not read what the newer one wrote; ${allowed}`;
  return [{ danger: "downgrade", ...refusedBy(!first.downgradeAllowed), text }];
}

function wiped(changes: readonly ServerChange[]): Warning[] {
  const wiped = changes.filter(({ effect }) => effect === "wipe");
  if (wiped.length === 0) return [];
  const what =
    wiped.length === 1
      ? "gives up its data folder, and learns"
      : "give up their data folders, and learn";
  const text = `data loss: ${names(wiped)} ${what} the data anew from the others`;
  return [{ danger: "wipe", text }];
}

function twoWipes(changes: readonly ServerChange[], guarded: boolean): Warning[] {
  const asked = changes.filter(({ wipeAsked }) => wipeAsked);
  if (asked.length < 2) return [];
  const why = `${names(asked)} would give up their data in one run`;
  const text = guarded
    ? `${why}, which is refused before any host is reached: what one gives up, the others have to hold; leave one \`wipeData\` new or changed, run, then the next`
    : `${why}: what one gives up, the others have to hold; leave one \`wipeData\` new or changed, run, then the next`;
  return [{ danger: "two-wipes", ...refusedBy(guarded), text }];
}

function volumesReplaced(own: ClusterSteps["own"]): Warning[] {
  return Object.values(own)
    .filter(({ op, urn }) => op.includes("replace") && urn.includes("aws:ebs/volume:Volume::"))
    .map(({ urn }) => ({
      danger: "wipe",
      text: `data loss: the data volume ${nameOf(urn)} is replaced by an empty one`,
    }));
}

function leaving(changes: readonly ServerChange[]): Warning[] {
  const going = changes.filter(({ dataGoes }) => dataGoes);
  if (going.length === 0) return [];
  return [{ text: `what leaves takes its data with it (${names(going)}); the others keep theirs` }];
}

function notShown(changes: readonly ServerChange[]): Warning[] {
  const unknown = changes.filter(
    ({ effect, hidden, cutOff }) => (effect === "unknown" && !cutOff) || hidden === "unknown",
  );
  const cutOff = changes.filter((change) => change.cutOff);
  const secret = changes.filter(({ hidden }) => hidden === "secret");
  return [
    ...(unknown.length > 0
      ? [
          {
            text: `${names(unknown)}: an address is not known before the update, so neither are the settings`,
          },
        ]
      : []),
    ...(cutOff.length > 0
      ? [
          {
            text: `${names(cutOff)}: a run was cut off, and how far it came shows on the hosts alone: what it has changed there is changed back, with a restart or a reload under the gates`,
          },
        ]
      : []),
    ...(secret.length > 0
      ? [
          {
            text: `${names(secret)}: the settings are a secret as a whole, so their lines are not shown`,
          },
        ]
      : []),
  ];
}

function refusedBy(guard: boolean): Pick<Warning, "refused"> {
  return guard ? { refused: true } : {};
}
