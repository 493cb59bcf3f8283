import type { Effect, ServerChange } from "./change";
import type { Role } from "./group";
import { names } from "./words";

/** One step of a run, in the order in which they follow each other, and what it leaves of the quorum. */
export interface OrderStep {
  what: string;
  /** Servers that vote, by the cluster's own settings, while this happens; 0 before there is a cluster. */
  voters: number;
  /** Those of them that answer. */
  answering: number;
  /** How many have to answer for the cluster to write. */
  quorum: number;
  /** How many more may fail meanwhile; less than 0 where there is no quorum. */
  mayFail: number;
}

/**
 * The order of a run. `changes`: in the order of the servers, those that leave last. `before`: how many servers the
 * cluster has, 0 where there is none yet; of client agents none votes. `autopilot`: its settings change, too.
 *
 * Machines that are replaced go first: an old one has to leave before its successor can be made. Everything is
 * staged everywhere, then the servers are activated one after the other, and those that leave for good leave last.
 * Who moves to another host that is there already leaves the old one in its turn.
 */
export function orderOf(
  changes: readonly ServerChange[],
  role: Role,
  before: number,
  autopilot: boolean,
): OrderStep[] {
  const steps: OrderStep[] = [];
  const votes = role === "server";
  let voters = votes ? before : 0;
  const add = (what: string, change = 0, away = 0) => {
    if (votes) voters += change;
    const quorum = voters === 0 ? 0 : Math.floor(voters / 2) + 1;
    const answering = voters === 0 ? 0 : voters - away;
    steps.push({ what, voters, answering, quorum, mayFail: answering - quorum });
  };
  const of = (...effects: Effect[]) => changes.filter(({ effect }) => effects.includes(effect));

  const leave = ({ name, reasons }: ServerChange) =>
    add(`${name} leaves: ${reasons.join("; ")}`, -1);
  for (const change of of("replacement")) if (!change.hostStays) leave(change);
  const staged = stagedOn(changes);
  if (staged) add(`staged and verified on ${staged}; nothing that runs is touched`);
  const last = of("start").at(-1)?.name;
  // The servers change the whole pool's; a client is told of it for its next start.
  const rotating = votes ? of("rotation")[0]?.name : undefined;
  const voter = votes ? ", and becomes a voter" : "";
  for (const change of changes) {
    const { name, effect } = change;
    switch (effect) {
      case "start":
        if (name !== last) add(`${name} starts`);
        else add(`${name} starts, and a leader is elected`, of("start").length);
        break;
      case "join":
        add(`${name} joins${voter}`, 1);
        break;
      case "replacement":
        if (change.hostStays) leave(change);
        add(`${name} joins again${voter}`, 1);
        break;
      case "wipe":
        add(`${name} stops, gives up its data, and learns them anew`, 0, 1);
        break;
      case "restart":
        add(`${name} restarts`, 0, 1);
        break;
      case "reload":
        add(`${name} reloads its settings`);
        break;
      case "rotation":
        if (name === rotating) add(`through ${name}, the whole pool takes another gossip key`);
        else add(`${name} notes the key`);
        break;
      case "unknown":
        add(`${name}: known in the update only`);
        break;
      case "leave":
      case "staging":
      case "nothing":
        break;
      default:
        effect satisfies never;
    }
  }
  if (autopilot && before > 0) add("autopilot's settings are written through its API");
  for (const { name } of of("leave").reverse()) add(`${name} leaves`, -1);
  return steps;
}

/** The servers that anything is staged on, in words. */
export function stagedOn(changes: readonly ServerChange[]): string {
  const staying = changes.filter(({ effect }) => effect !== "leave");
  const staged = staying.filter(({ effect }) => effect !== "nothing");
  if (staged.length === staying.length && staged.length > 1)
    return staying.length < changes.length
      ? `the ${staged.length} that stay`
      : `all ${staged.length}`;
  return names(staged);
}
