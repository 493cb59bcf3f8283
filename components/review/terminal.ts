import Table from "cli-table3";
import { createColors } from "picocolors";
import type { Effect } from "./change";
import type { ClusterReview, Review } from "./index";
import type { OrderStep } from "./order";
import {
  byLines,
  effectWords,
  gatesNote,
  headline,
  isUntouched,
  orderHead,
  orderRows,
  secretsOf,
  summaryWords,
  titleOf,
  versionWords,
} from "./words";

type Colors = ReturnType<typeof createColors>;

/** The review for a terminal. `colored`: whether it shows colours. */
export function renderTerminal(review: Review, colored: boolean): string {
  const colors = createColors(colored);
  const parts = review.clusters.flatMap((cluster) => clusterParts(cluster, colors));
  if (review.clusters.length === 0) parts.push("No Consul cluster changes.");
  parts.push(colors.dim(`Pulumi: ${summaryWords(review.summary)}`));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function clusterParts(cluster: ClusterReview, colors: Colors): string[] {
  const { servers, order, warnings } = cluster;
  const title = `${colors.bold(titleOf(cluster))}  ${headline(cluster)}`;
  if (isUntouched(cluster)) return [title];
  return [
    title,
    warnings
      .map(({ danger, text }) =>
        danger ? colors.red(`DANGER  ${text}`) : colors.yellow(`note  ${text}`),
      )
      .join("\n"),
    table(
      [cluster.role, "what happens", "why", "Consul"],
      servers.map((server) => [
        server.name,
        paintOf(server.effect, colors)(effectWords[server.effect]),
        server.reasons.join("\n"),
        versionWords(server.version),
      ]),
      colors,
    ),
    table(
      orderHead(cluster.role),
      orderRows(cluster).map((row, index) => (isLost(order[index]) ? row.map(colors.red) : row)),
      colors,
    ),
    gatesNote(cluster),
    // Of what is all new, the table has said enough.
    byLines(servers.filter(({ effect }) => !["start", "join", "leave"].includes(effect)))
      .map((group) => diff(`${group.file} on ${group.names.join(", ")}`, group.lines, colors))
      .join("\n\n"),
    cluster.before > 0
      ? cluster.autopilot
          .map(({ lines }) => diff("autopilot, through its API", lines, colors))
          .join("")
      : "",
    ...secretsOf(servers).map(
      ({ secret, names }) => `${colors.magenta("secret")}  ${names.join(", ")}: ${secret}`,
    ),
  ];
}

const isLost = (step: OrderStep | undefined) => step !== undefined && step.mayFail < 0;

function paintOf(effect: Effect, colors: Colors): (text: string) => string {
  if (effect === "nothing" || effect === "staging") return colors.dim;
  if (effect === "reload" || effect === "start" || effect === "join") return colors.green;
  return effect === "rotation" ? colors.magenta : colors.yellow;
}

function diff(title: string, lines: string[], colors: Colors): string {
  const paint = (line: string) =>
    line.startsWith("+")
      ? colors.green(line)
      : line.startsWith("-")
        ? colors.red(line)
        : colors.dim(line);
  return [colors.bold(title), ...lines.map((line) => `  ${paint(line)}`)].join("\n");
}

function table(head: string[], rows: string[][], colors: Colors): string {
  if (rows.length === 0) return "";
  const drawn = new Table({
    head: head.map((title) => colors.bold(title)),
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows);
  return drawn.toString();
}
