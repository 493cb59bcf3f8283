import { listed } from "../listed";
import type { Effect, ServerChange } from "./change";
import type { Role } from "./group";
import type { ClusterReview, Review } from "./index";
import type { FileDiff } from "./lineDiff";
import type { OrderStep } from "./order";

/** Servers by their names. */
export function names(servers: readonly { name: string }[]): string {
  return servers.map(({ name }) => name).join(", ");
}

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
  const refused = cluster.warnings.some((warning) => warning.refused);
  return refused ? `The run refuses this. Asked for: ${asked(cluster)}` : asked(cluster);
}

function asked(cluster: ClusterReview): string {
  const { before, after, servers, role } = cluster;
  if (isUntouched(cluster)) return "Nothing changes.";
  if (role === "client" && (before === 0 || after === 0))
    return before === 0 ? "New on their hosts." : "They go from their hosts.";
  if (before === 0) return `A new cluster of ${count(after)}.`;
  if (after === 0)
    return `The cluster goes, with ${before === 1 ? "its server" : `all ${before} servers`}.`;
  const parts = weighty
    .map(
      (effect) =>
        [effect, servers.filter((one) => one.effect === effect).map(({ name }) => name)] as const,
    )
    .filter(([, names]) => names.length > 0)
    .map(([effect, names]) => sentence(effect, names, cluster.atATime));
  if (parts.length === 0) return `No ${role} restarts or reloads.`;
  const restarts = servers.some(({ effect }) =>
    ["restart", "wipe", "replacement", "unknown"].includes(effect),
  );
  return [...parts, ...(restarts ? [] : [`No ${role} restarts.`])].join(" ");
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

function sentence(effect: Effect, names: string[], atATime: number): string {
  if (names.length === 1) return `${names[0]} ${effectWords[effect]}.`;
  const how = atATime > 1 ? `up to ${atATime} at a time` : "one after the other";
  return `${listed(names)} ${plural[effect] ?? effectWords[effect]}, ${how}.`;
}

function count(servers: number): string {
  return `${servers} ${servers === 1 ? "server" : "servers"}`;
}

/** Consul's release, or the step from one to another. */
export function versionWords({ from, to }: ServerChange["version"]): string {
  if (from !== undefined && to !== undefined && from !== to) return `${from} → ${to}`;
  return to ?? from ?? "";
}

/** The name of a cluster, or of client agents. */
export function titleOf({ name, role }: ClusterReview, quote = (text: string) => text): string {
  return `${role === "server" ? "Cluster" : "Client agents"} ${quote(name)}`;
}

/** The columns of the order: whose voters count where nobody votes? */
export function orderHead(role: Role): string[] {
  return [
    "",
    "step",
    ...(role === "server" ? ["voters that answer", "quorum", "more may fail"] : []),
  ];
}

/** A row for each step. */
export function orderRows({ order, role }: ClusterReview): string[][] {
  return order.map((step, index) => [
    String(index + 1),
    step.what,
    ...(role === "server" ? quorumWords(step) : []),
  ]);
}

/** Voters, quorum and what may fail, as the columns of a row. */
function quorumWords({ voters, answering, quorum, mayFail }: OrderStep): string[] {
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

/** What happens around every change, for whoever reads of the first one. */
export function gatesNote({ servers, before, role, repairs }: ClusterReview): string {
  if (before === 0 || role === "client") return "";
  const restarts = servers.some(({ effect }) => effect === "restart" || effect === "wipe");
  return [
    restarts && before > 1 && aroundRestarts,
    (repairs || (restarts && before > 1)) && sickFirst,
  ]
    .filter((note) => typeof note === "string")
    .join(" ");
}

const aroundRestarts =
  "Before and after each restart every server has to be a healthy voter, and a leader hands over first. A server that does not come back gets its previous release and settings again, and the run stops there.";

const sickFirst =
  "A server that is found sick, stopped or in a crash loop for example, is repaired before the first of the others changes, whatever its place.";
