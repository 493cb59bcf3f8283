import { digest, restarting } from "../render/files";
import type { MemberSteps } from "./group";
import { fileDiffs, filesOf } from "./lineDiff";
import { isUnknown } from "./preview";
import { type Desired, sides } from "./sides";

// A run that ended between a server's staging and its activation: the state has settings as staged that it has not as activated.

/**
 * A part of the desired set is the one that the state has as activated, and yet another one is staged by the state: a run was cut off
 * in between. How far it came shows on the host alone, whose word for it stands in the update.
 */
export function wasCutOff(
  member: MemberSteps,
  was: Desired | undefined,
  is: Desired | undefined,
): boolean {
  const { activate } = member.steps;
  if (activate?.op !== "update" || !isUnknown(activate.newState, "update")) return false;
  // What shall be there is not known itself, for an address is not: nothing can be held against what was.
  if (isUnknown(activate.newState, "stdin")) return false;
  const config = sides(member, "config");
  const { old: before, new: after } = config.settings;
  // It names the machine, of which nothing is known before where this library's script for it runs again.
  const isNamed = !isUnknown(member.steps.config?.newState, "create");
  const staged = [
    ...stagedParts
      .filter(([key]) => isNamed && before[key] !== after[key])
      .map(([, parts]) => parts),
    ...fileDiffs(config.old, config.new).flatMap(({ file }) => partOf(file) ?? []),
  ];
  return staged.some((parts) => [parts].flat().every((part) => was?.[part] === is?.[part]));
}

/** What a command for staging names, and which parts of the desired set say the same. */
const stagedParts: readonly [key: string, parts: string | string[]][] = [
  ["version", "release"],
  ["secrets", "secrets"],
  ["tokens", ["tokens", "acl-rotation", "agent-token"]],
  ["certificate", "certificate"],
  ["wipeData", "wipe-data"],
];

/** The part of the desired set that a file is; the others no activation looks at, or only at a first start. */
function partOf(file: string): string | undefined {
  if (/^(10-.*\.json|consul\.service|environment)$/.test(file)) return "restart-settings";
  if (/^20-.*\.json$/.test(file)) return "reloadable-settings";
  return /^40-.*\.json$/.test(file) ? "neighbours" : undefined;
}

/**
 * Is what the state has as staged other than what it has as activated, in what a start reads? Lines are told between what is staged and what
 * will be, so that some are missing then. Known by the hash that an activation is given of them.
 */
export function stagedOtherThanRuns(
  member: MemberSteps,
  was: Desired | undefined,
  is: Desired | undefined,
): boolean {
  if (was === undefined) return false;
  const config = sides(member, "config");
  // Where the next text does not make its hash either, they are those of another release, or hidden.
  return makes(config.new, is) && config.old !== undefined && !makes(config.old, was);
}

function makes(text: string | undefined, set: Desired | undefined): boolean {
  const hash = set?.["restart-settings"];
  return text !== undefined && hash !== undefined && digest(...restarting(filesOf(text))) === hash;
}
