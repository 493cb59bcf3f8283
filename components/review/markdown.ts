import type { ClusterReview, Review } from "./index";
import type { FileDiff } from "./lineDiff";
import {
  byLines,
  effectWords,
  type FileGroup,
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

/** The review as GitHub's Markdown, for a comment under a pull request. */
export function renderMarkdown(review: Review): string {
  const parts = review.clusters.flatMap(clusterParts);
  if (review.clusters.length === 0) parts.push("No Consul cluster changes.");
  return `${[...parts, rawParts(review)].filter((part) => part !== "").join("\n\n")}\n`;
}

function clusterParts(cluster: ClusterReview): string[] {
  const { servers, order, warnings } = cluster;
  const title = `### ${titleOf(cluster, (name) => `\`${name}\``)}\n\n**${headline(cluster)}**`;
  if (isUntouched(cluster)) return [title];
  return [
    title,
    warnings
      .map(({ danger, text }) => `> ${danger ? "🛑 **Danger:**" : "ℹ️"} ${text}`)
      .join("\n>\n"),
    table(
      [cluster.role, "what happens", "why", "Consul"],
      servers.map((server) => [
        server.name,
        effectWords[server.effect],
        server.reasons.join("; "),
        versionWords(server.version),
      ]),
    ),
    order.length > 0 ? "#### Order" : "",
    table(orderHead(cluster.role), orderRows(cluster)),
    gatesNote(cluster),
    ...settingsParts(cluster),
    ...secretsOf(servers).map(({ secret, names }) => `🔑 ${names.join(", ")}: ${secret}`),
  ];
}

/** What a new server begins with is folded: all of it is new. */
function settingsParts({ servers, autopilot, before }: ClusterReview): string[] {
  const fresh = servers.filter(({ effect }) => effect === "start" || effect === "join");
  const changed = servers.filter((one) => one.effect !== "leave" && !fresh.includes(one));
  const shown = [
    ...byLines(changed).map((group) => `${heading(group)}\n\n${fence([group])}`),
    ...(before > 0 && autopilot.length > 0
      ? [`autopilot, through its API\n\n${fence(autopilot)}`]
      : []),
    ...fresh.map(({ name, files }) => folded(`All settings of ${name}`, fence(files))),
  ];
  return shown.length > 0 ? ["#### Settings", ...shown] : [];
}

function heading({ file, names }: FileGroup): string {
  return `\`${file}\` on ${names.join(", ")}`;
}

function fence(files: FileDiff[]): string {
  const several = files.length > 1;
  const lines = files.flatMap(({ file, lines }) => [...(several ? [`--- ${file}`] : []), ...lines]);
  // A fence has to be longer than any that stands in a line.
  const ticks = Math.max(2, ...lines.map((line) => /`{3,}/.exec(line)?.[0].length ?? 0)) + 1;
  return `${"`".repeat(ticks)}diff\n${lines.join("\n")}\n${"`".repeat(ticks)}`;
}

function rawParts({ summary, resources }: Review): string {
  const rows = resources.map(({ op, name, type }) => [op, name, type]);
  return folded(
    `Pulumi: ${summaryWords(summary)}`,
    table(["operation", "resource", "type"], rows) || "Nothing.",
  );
}

function folded(title: string, text: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${text}\n\n</details>`;
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
