import type { ServerChange } from "./change";
import type { ClusterSteps } from "./group";
import { textOf } from "./preview";
import type { Warning } from "./warnings";
import { names } from "./words";

/**
 * Machines that AWS would refuse to end, now or before this run. It would say so when their servers have left, so the run
 * refuses earlier: by the guard of replacements, or by the teardown where all of them go.
 */
export function protectedMachines(
  { own }: ClusterSteps,
  changes: readonly ServerChange[],
  { goes, guarded }: { goes: boolean; guarded: boolean },
): Warning[] {
  const ending = changes.filter(({ effect }) => effect === "replacement" || effect === "leave");
  const noted = [own.replacements?.oldState, own.replacements?.newState];
  const isProtected = noted.some((state) => /^! /m.test(textOf(state, "stdin") ?? ""));
  if (!isProtected || ending.length === 0) return [];
  const refused = goes
    ? / protected=yes( |$)/.test(textOf(own.farewell?.oldState, "delete") ?? "")
    : guarded;
  return [
    {
      danger: "protected",
      ...(refused && { refused: true }),
      text: `termination protection is on, and this would end the machine of ${names(ending)}: ${refused ? "it is refused before any server leaves" : "AWS refuses when its server has left"}; set \`terminationProtection: false\`, run, then do this`,
    },
  ];
}
