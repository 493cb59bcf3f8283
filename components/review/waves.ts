import { listed } from "../listed";
import type { Effect, ServerChange } from "./change";
import { type OrderStep, stagedOn } from "./order";

/** What client agents do when they change; nothing of those that only stay or leave. */
const does: Partial<Record<Effect, { one: string; more: string }>> = {
  join: { one: "joins", more: "join" },
  replacement: {
    one: "leaves its host of before, and joins again",
    more: "leave their hosts of before, and join again",
  },
  wipe: {
    one: "stops, gives up its data, and learns them anew",
    more: "stop, give up their data, and learn them anew",
  },
  restart: { one: "restarts", more: "restart" },
  reload: { one: "reloads its settings", more: "reload their settings" },
  rotation: { one: "notes the key", more: "note the key" },
  unknown: {
    one: "does what is known in the update only",
    more: "do what is known in the update only",
  },
};

/**
 * The order of client agents that change side by side: `first`, of the list, alone, and then the others, so many at a time. None
 * of them votes.
 */
export function orderOfWaves(
  changes: readonly ServerChange[],
  first: string | undefined,
  atATime: number,
): OrderStep[] {
  const staged = stagedOn(changes);
  const leaving = changes.filter(({ effect }) => effect === "leave").map(({ name }) => name);
  const others = changes.filter(({ name }) => name !== first);
  const words = [
    ...(staged ? [`staged and verified on ${staged}; nothing that runs is touched`] : []),
    ...doing(
      changes.filter(({ name }) => name === first),
      atATime,
    ),
    ...doing(others, atATime),
    ...(leaving.length > 0
      ? [`${listed(leaving)} ${leaving.length > 1 ? "leave" : "leaves"}`]
      : []),
  ];
  return words.map((what) => ({ what, voters: 0, answering: 0, quorum: 0, mayFail: 0 }));
}

/** One line for each kind of change. */
function doing(changes: readonly ServerChange[], atATime: number): string[] {
  return Object.entries(does).flatMap(([effect, { one, more }]) => {
    const names = changes.filter((change) => change.effect === effect).map(({ name }) => name);
    if (names.length === 0) return [];
    return names.length === 1
      ? [`${names[0]} ${one}`]
      : [`${listed(names)} ${more}, up to ${atATime} at a time`];
  });
}
