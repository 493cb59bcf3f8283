import { isDowngrade, type ServerChange } from "./change";
import type { ClusterSteps } from "./group";
import type { OrderStep } from "./order";
import { nameOf } from "./preview";

/** What nobody wants without having decided it. `--strict` fails on it, but for those that are allowed by name. */
export const dangers = [
  "destroy",
  "quorum",
  "replacements",
  "downgrade",
  "wipe",
  "gossip-key",
] as const;

export interface Warning {
  /** One of `dangers`; undefined where it is only to be known. */
  danger?: (typeof dangers)[number];
  text: string;
}

/** What a reviewer has to know beyond what changes, the dangers first. */
export function warningsOf(
  { own, role }: ClusterSteps,
  changes: readonly ServerChange[],
  order: readonly OrderStep[],
  size: { before: number; after: number },
): Warning[] {
  // Whatever becomes of a client agent, the cluster is none the worse.
  if (role === "client") return notShown(changes);
  const exists = size.before > 0;
  const goes = exists && size.after === 0;
  return [
    ...(goes ? [destroyed] : []),
    ...(exists && !goes ? quorumLost(order, size.before) : []),
    ...tooManyReplaced(changes),
    ...downgrades(changes),
    ...wiped(changes),
    ...volumesReplaced(own),
    ...(exists && !goes && isMadeAnew(own["gossip-key"]?.op) ? [keyMadeAnew] : []),
    ...(goes ? [] : leaving(changes)),
    ...notShown(changes),
  ];
}

const destroyed: Warning = {
  danger: "destroy",
  text: "data loss: the whole cluster is taken away; take a snapshot first (`consul snapshot save`)",
};

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
    text: `no quorum while ${what}: ${answering} of ${voters} voters answer, and ${quorum} have to, so the run refuses it; make it two runs`,
  }));
}

function tooManyReplaced(changes: readonly ServerChange[]): Warning[] {
  const replaced = changes.filter(({ effect }) => effect === "replacement");
  if (replaced.length < 2) return [];
  const text = `${names(replaced)} would be replaced in one run, which is refused: one machine a run`;
  return [{ danger: "replacements", text }];
}

function downgrades(changes: readonly ServerChange[]): Warning[] {
  const back = changes.filter(({ version }) => isDowngrade(version.from, version.to));
  const [first] = back;
  if (!first) return [];
  const allowed = first.downgradeAllowed
    ? "it is allowed by `allowDowngradeTo`"
    : "it is refused without `allowDowngradeTo`";
  const text = `a downgrade from ${first.version.from} to ${first.version.to} on ${names(back)}: an older release may not read what the newer one wrote; ${allowed}`;
  return [{ danger: "downgrade", text }];
}

function wiped(changes: readonly ServerChange[]): Warning[] {
  const wiped = changes.filter(({ effect }) => effect === "wipe");
  if (wiped.length === 0) return [];
  const text = `data loss: ${names(wiped)} gives up its data folder, and learns the data anew from the others`;
  return [{ danger: "wipe", text }];
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
    ({ effect, hidden }) => effect === "unknown" || hidden === "unknown",
  );
  const secret = changes.filter(({ hidden }) => hidden === "secret");
  return [
    ...(unknown.length > 0
      ? [
          {
            text: `${names(unknown)}: an address is not known before the update, so neither are the settings`,
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

function names(changes: readonly ServerChange[]): string {
  return changes.map(({ name }) => name).join(", ");
}
