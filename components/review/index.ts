import { readSettings } from "../shellWords";
import { changeOf, type ServerChange } from "./change";
import { type ClusterSteps, clustersOf, isTakenAway, type Role } from "./group";
import { type FileDiff, fileDiffs } from "./lineDiff";
import { type OrderStep, orderOf } from "./order";
import { nameOf, type Preview, parsePreview, textOf, typesOf } from "./preview";
import { renamedOnHosts } from "./renamed";
import { type Warning, warningsOf, withoutAlias } from "./warnings";
import { orderOfWaves } from "./waves";

export type { Effect, ServerChange } from "./change";
export type { Role } from "./group";
export type { FileDiff } from "./lineDiff";
export { renderMarkdown } from "./markdown";
export type { OrderStep } from "./order";
export type { SettingChange } from "./settings";
export { renderTerminal } from "./terminal";
export { dangers, type Warning } from "./warnings";

/** What a change means for one cluster, or for client agents that were made together. */
export interface ClusterReview {
  name: string;
  role: Role;
  /** Number of servers, or of client agents. 0: there is none. */
  before: number;
  after: number;
  /** How many change at a time, once the first one has. */
  atATime: number;
  /** In the order in which they are activated. */
  servers: ServerChange[];
  order: OrderStep[];
  /** The run looks after servers that are sick, before it changes any that are well. */
  repairs: boolean;
  /** What is written to autopilot through its API. */
  autopilot: FileDiff[];
  warnings: Warning[];
}

/** What a change means, for a person who has to say yes to it. */
export interface Review {
  clusters: ClusterReview[];
  /** Pulumi's own counts: `{ create: 1, update: 7, same: 20 }`. */
  summary: Record<string, number>;
  /** Pulumi's own list of what is not `same`. */
  resources: { op: string; type: string; name: string }[];
}

/**
 * Turns what `pulumi preview --json` printed into what a reviewer needs. The same preview gives the same review,
 * whatever the order in which the engine came upon the resources.
 *
 * @throws where the text is no preview, or one that failed.
 */
export function reviewPreview(json: string): Review {
  const preview = parsePreview(json);
  const reviewed = clustersOf(preview).map(reviewCluster);
  const clusters = reviewed.map((one) => ({
    ...one,
    warnings: [...one.warnings, ...withoutAlias(one, reviewed)],
  }));
  return {
    clusters,
    summary: preview.changeSummary,
    resources: changedResources(preview),
  };
}

function reviewCluster(steps: ClusterSteps): ClusterReview {
  const was = serversOf(steps, "oldState");
  const is = serversOf(steps, "newState");
  const place = ({ name, effect }: ServerChange) =>
    effect === "leave" ? is.length + was.indexOf(name) : is.indexOf(name);
  const changes = steps.servers
    // A client never begins a cluster: it joins one.
    .map((member) =>
      changeOf(
        member,
        was.length > 0 || steps.role === "client",
        steps.own[`${member.name}-machine`]?.op,
      ),
    )
    .sort((a, b) => place(a) - place(b));
  const size = { before: was.length, after: is.length };
  const autopilot = autopilotDiff(steps);
  const atATime = concurrencyOf(steps);
  const order =
    steps.role === "client" && atATime > 1
      ? orderOfWaves(changes, is[0], atATime)
      : orderOf(changes, steps.role, size.before, autopilot.length > 0);
  return {
    name: steps.name,
    role: steps.role,
    ...size,
    atATime,
    servers: changes,
    order,
    repairs: steps.servers.some(({ steps: { repair } }) => repair && repair.op !== "same"),
    autopilot,
    warnings: [...renamedOnHosts(steps), ...warningsOf(steps, changes, order, size)],
  };
}

/** Servers change one at a time, and so did client agents before there was a barrier that says otherwise. */
function concurrencyOf({ own }: ClusterSteps): number {
  return Number(readSettings(textOf(own.barrier?.newState, "create") ?? "").concurrency ?? 1);
}

/** Whoever the cluster's last step waits for; where that step is not shown, whoever else is named. */
function serversOf({ own, servers }: ClusterSteps, side: "oldState" | "newState"): string[] {
  const { ready, farewell } = own;
  const waitedFor = readSettings(textOf(ready?.[side], "create") ?? "");
  const named =
    waitedFor.servers ??
    waitedFor.clients ??
    readSettings(textOf(farewell?.[side], "delete") ?? "").neighbours;
  if (named) return named.split(",");
  // What a run that was cut off has left may have none of these steps.
  if ([own, ...servers.map(({ steps }) => steps)].every(isTakenAway))
    return side === "newState" ? [] : servers.map(({ name }) => name);
  const gone = side === "newState" ? "delete" : "create";
  return servers
    .filter(({ steps }) => steps.activate && steps.activate.op !== gone)
    .map(({ name }) => name);
}

function autopilotDiff({ own }: ClusterSteps): FileDiff[] {
  const { ready } = own;
  const read = (side: "oldState" | "newState") => {
    const stdin = textOf(ready?.[side], "stdin") ?? textOf(own["ready-shown"]?.[side], "stdin");
    const json = /^autopilot (.*)$/m.exec(stdin ?? "")?.[1];
    return json && `==> autopilot <==\n${JSON.stringify(JSON.parse(json), null, 2)}\n`;
  };
  const before = read("oldState");
  return before ? fileDiffs(before, read("newState")) : [];
}

function changedResources({ steps }: Preview): Review["resources"] {
  return steps
    .filter(({ op }) => op !== "same" && op !== "read")
    .map(({ op, urn }) => ({ op, type: typesOf(urn).at(-1) ?? "", name: nameOf(urn) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
