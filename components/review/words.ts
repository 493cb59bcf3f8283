import type { Effect, ServerChange } from "./change";
import type { ClusterReview, Review } from "./index";
import type { FileDiff } from "./lineDiff";
import type { OrderStep } from "./order";

/** What happens to a server, as a reviewer reads it. */
export const effectWords: Record<Effect, string> = {
  start: "starts",
  join: "joins",
  leave: "leaves",
  replacement: "is replaced",
  wipe: "is wiped",
  restart: "restarts",
  reload: "reloads",
  rotation: "takes another gossip key",
  staging: "nothing now",
  nothing: "nothing",
  unknown: "not known yet",
};

/** The first thing that a reviewer reads. */
export function headline(cluster: ClusterReview): string {
  const { before, after, servers } = cluster;
  if (isUntouched(cluster)) return "Nothing changes.";
  if (before === 0) return `A new cluster of ${count(after)}.`;
  if (after === 0)
    return `The cluster goes, with ${before === 1 ? "its server" : `all ${before} servers`}.`;
  const parts = weighty
    .map(
      (effect) =>
        [effect, servers.filter((one) => one.effect === effect).map(({ name }) => name)] as const,
    )
    .filter(([, names]) => names.length > 0)
    .map(([effect, names]) => sentence(effect, names));
  if (parts.length === 0) return "No server restarts or reloads.";
  const restarts = servers.some(({ effect }) =>
    ["restart", "wipe", "replacement", "unknown"].includes(effect),
  );
  return [...parts, ...(restarts ? [] : ["No server restarts."])].join(" ");
}

/** Where nothing is even staged, there is nothing to read of it. */
export function isUntouched({ servers, autopilot, warnings }: ClusterReview): boolean {
  const still = servers.every(
    ({ effect, secrets }) => effect === "nothing" && secrets.length === 0,
  );
  return still && autopilot.length === 0 && warnings.length === 0;
}

const weighty: Effect[] = [
  "replacement",
  "wipe",
  "restart",
  "reload",
  "rotation",
  "join",
  "leave",
  "unknown",
];

const plural: Partial<Record<Effect, string>> = {
  replacement: "are replaced",
  wipe: "are wiped",
  restart: "restart",
  reload: "reload",
  rotation: "take another gossip key",
  join: "join",
  leave: "leave",
  unknown: "are not known yet",
};

function sentence(effect: Effect, names: string[]): string {
  const last = names.at(-1) as string;
  if (names.length === 1) return `${last} ${effectWords[effect]}.`;
  return `${names.slice(0, -1).join(", ")} and ${last} ${plural[effect] ?? effectWords[effect]}, one after the other.`;
}

function count(servers: number): string {
  return `${servers} ${servers === 1 ? "server" : "servers"}`;
}

/** Consul's release, or the step from one to another. */
export function versionWords({ from, to }: ServerChange["version"]): string {
  if (from !== undefined && to !== undefined && from !== to) return `${from} → ${to}`;
  return to ?? from ?? "";
}

/** Voters, quorum and what may fail, as the columns of a row. */
export function quorumWords({ voters, answering, quorum, mayFail }: OrderStep): string[] {
  if (voters === 0) return ["none yet", "-", "-"];
  return [`${answering} of ${voters}`, String(quorum), mayFail < 0 ? "no quorum" : String(mayFail)];
}

/** A file, and the servers on which its lines change alike. */
export interface FileGroup extends FileDiff {
  names: string[];
}

/** What changes alike on several servers is read once: without the lines around it that differ among them. */
export function byLines(servers: readonly ServerChange[]): FileGroup[] {
  const groups = new Map<string, FileGroup>();
  for (const { name, files } of servers) {
    for (const { file, lines } of files) {
      const key = JSON.stringify([file, lines.map((line) => (isContext(line) ? "" : line))]);
      const group = groups.get(key);
      if (group) {
        group.names.push(name);
        group.lines = group.lines.map((line, index) => (line === lines[index] ? line : elsewhere));
      } else groups.set(key, { file, names: [name], lines: [...lines] });
    }
  }
  return [...groups.values()]
    .map((group) => ({ ...group, lines: group.lines.filter((line) => line !== elsewhere) }))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

const isContext = (line: string) => line.startsWith(" ");

/** No line of a diff: they all begin with a sign. */
const elsewhere = "";

/** "create 2, update 7, same 20", in a steady order. */
export function summaryWords(summary: Review["summary"]): string {
  const parts = Object.entries(summary)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, number]) => `${op} ${number}`);
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

/** Secrets that change, each with the servers that it is about. */
export function secretsOf(servers: readonly ServerChange[]): { secret: string; names: string[] }[] {
  const found = new Map<string, string[]>();
  for (const { name, secrets } of servers) {
    for (const secret of secrets) found.set(secret, [...(found.get(secret) ?? []), name]);
  }
  return [...found].map(([secret, names]) => ({ secret, names }));
}

/** What happens around every restart, for whoever reads of the first one. */
export function restartNote({ servers, before }: ClusterReview): string {
  const restarts = servers.some(({ effect }) => effect === "restart" || effect === "wipe");
  if (!restarts || before < 2) return "";
  return "Before and after each restart every server has to be a healthy voter, and a leader hands over first. A server that does not come back gets its previous release and settings again, and the run stops there.";
}
