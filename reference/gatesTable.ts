import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable } from "./markdownTable";

const START =
  "<!-- gates: made by `npm run generate` from the constants of components/host-lib -->";
const END = "<!-- /gates -->";

/** A number of the scripts: how much it is, and the setting of `rollout` that takes its place. */
export interface Constant {
  value: number;
  setting: string | undefined;
}

/** The constants that stand at the heads of scripts in a folder, by their names. */
export function constantsIn(folder: string): Map<string, Constant> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".sh"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const line = /^([A-Z_]+)=(?:\$\(limit_of (\w+)_s (\d+)\)|([\d.]+))(?=\s|$)/gm;
  return new Map(
    texts
      .flatMap((text) => [...text.matchAll(line)])
      .map(([, name = "", setting, limit, plain]) => [
        name,
        {
          value: Number(limit ?? plain),
          setting: setting?.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
        },
      ]),
  );
}

/** A page with the table of gates anew, between the two marks that it has for it. */
export function withGatesTable(page: string, constants: Map<string, Constant>): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`a page without the marks ${START} and ${END}`);
  return `${before}${START}\n\n${gatesTable(constants)}\n\n${END}${after}`;
}

/** One gate: what it asks for is words, how often and how long are names of constants. */
interface Gate {
  name: string;
  holds: string;
  looks?: (of: (constant: string) => number) => string;
  limits?: string[];
}

/** What a gate is made of. */
const gate = (of: (constant: string) => number) =>
  `two looks, a heartbeat timeout apart (${of("HEARTBEAT_MS") / 1000} s times \`raftMultiplier\`); ${of("LOOKS")} over ${((of("LOOKS") - 1) * of("LOOK_EVERY_S")).toFixed(1)} s where a server cannot be asked in person`;

const GATES: Gate[] = [
  {
    name: "before",
    holds:
      "every other server says in person that it votes, follows or leads in the same term, names the same leader, has heard from it within half a heartbeat timeout, and applies what is committed; gossip lists it as alive; a quorum remains without this one",
    looks: (of) =>
      `${gate(of)}; two without a pause if a server has passed its own gate less than ${of("PASSED_S")} s ago`,
    limits: ["BEFORE_S"],
  },
  {
    name: "snapshot",
    holds: "taken on this server, and verified",
    limits: ["SNAPSHOT_S"],
  },
  {
    name: "leader",
    holds:
      "a server that leads hands over, and sees another named; again where the other one lost its election",
    looks: (of) => `every ${of("ASK_AGAIN_S")} s`,
    limits: ["HANDOVER_S"],
  },
  {
    name: "again",
    holds:
      "after a snapshot that took longer than two seconds, the same as before; right before the server stops, every other voter answers over gossip",
    looks: () => "two without a pause, then one",
    limits: ["GONE_S"],
  },
  {
    name: "after",
    holds:
      "the desired release, applied = commit index, last contact under 200 ms, the same node id; then as before, itself included",
    looks: gate,
    limits: ["AFTER_S"],
  },
  {
    name: "canary",
    holds: "a key written through it is read from every server with `?consistent`",
    looks: () => "once",
    limits: ["CANARY_S"],
  },
  {
    name: "lock",
    holds:
      "one change at a time, on a host and in the cluster; a run that waits says which one holds the lock, and waits as long for each that comes next; the lock is checked again before each step that stops or removes something",
    limits: ["HOST_LOCK_S", "LOCK_WAIT_S"],
  },
  {
    name: "keyring",
    holds: "every member alive on LAN and WAN; then n of n have the new key, and n of n use it",
    looks: () => "each step",
    limits: ["KEYRING_S"],
  },
];

function gatesTable(constants: Map<string, Constant>): string {
  const constant = (name: string) => {
    const found = constants.get(name);
    if (found === undefined) throw new Error(`no script sets ${name}: reference/gatesTable.ts`);
    return found;
  };
  const of = (name: string) => constant(name).value;
  const settings = (names: string[]) =>
    names.flatMap((name) => constant(name).setting ?? []).map((name) => `\`rollout.${name}\``);
  return markdownTable([
    ["gate", "what has to hold", "looks", "patience", "its constant", "its setting"],
    ...GATES.map(({ name, holds, looks, limits = [] }) => [
      name,
      holds,
      looks?.(of) ?? "",
      limits.map((limit) => `${of(limit)} s`).join(", "),
      limits.map((limit) => `\`${limit}\``).join(", "),
      settings(limits).join(", "),
    ]),
  ]);
}
