import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  type ClusterReview,
  dangers,
  renderMarkdown,
  renderTerminal,
  reviewPreview,
} from "./index";

export interface PlanOptions {
  /** Exit code 2 where the plan is dangerous. */
  strict: boolean;
  /** Dangers that are decided upon. */
  allow: string[];
  /** A file that gets the plan as Markdown. */
  markdown?: string;
  /** A file with the preview, `-` for standard input. */
  from?: string;
  stack?: string;
  /** Shows how it is used, and does nothing. */
  help?: boolean;
}

export const usage = `usage: plan [--stack NAME | --from FILE] [--markdown FILE] [--strict] [--allow KIND,...]
  --stack NAME      previews this stack
  --from FILE       reads what \`pulumi preview --json\` printed; - is standard input
  --markdown FILE   writes the plan as Markdown, too
  --strict          exit code 2 where the plan is dangerous
  --allow KIND,...  dangers that are decided upon: ${dangers.join(", ")}`;

/** @throws with what is wrong and how it is used, for a person to read. */
export function readOptions(argv: string[]): PlanOptions {
  const { values, problem } = parsed(argv);
  const allow = (values.allow ?? []).flatMap((kinds) => kinds.split(","));
  const unknown = allow.filter((kind) => !(dangers as readonly string[]).includes(kind));
  const problems = [
    problem,
    values.stack !== undefined &&
      values.from !== undefined &&
      "--stack and --from exclude each other",
    unknown.length > 0 &&
      `--allow knows no ${unknown.map((kind) => JSON.stringify(kind)).join(", ")}`,
  ].filter((text) => typeof text === "string");
  if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${usage}`);
  return { ...values, strict: values.strict ?? false, allow };
}

interface Flags extends Partial<Omit<PlanOptions, "allow">> {
  allow?: string[];
}

function parsed(argv: string[]): { values: Flags; problem?: string } {
  const text = { type: "string" } as const;
  const options = {
    strict: { type: "boolean" },
    help: { type: "boolean", short: "h" },
    allow: { ...text, multiple: true },
    markdown: text,
    from: text,
    stack: text,
  } as const;
  try {
    return { values: parseArgs({ args: argv, options }).values };
  } catch (error) {
    return { values: {}, problem: (error as Error).message };
  }
}

/** What a file, or standard input, holds. */
export function readPreview(file: string): string {
  return readFileSync(file === "-" ? 0 : file, "utf8");
}

/**
 * Shows the plan of a preview, and says how the command ends: 0, or 2 where `--strict` is set and the plan has a
 * danger in it that is not allowed.
 */
export function showPlan(
  json: string,
  options: Pick<PlanOptions, "strict" | "allow" | "markdown">,
  terminal: { colored: boolean; write(text: string): unknown },
): number {
  const review = reviewPreview(json);
  if (options.markdown !== undefined) writeFileSync(options.markdown, renderMarkdown(review));
  terminal.write(renderTerminal(review, terminal.colored));
  const found = review.clusters.flatMap((cluster) => undecided(cluster, options.allow));
  if (!options.strict || found.length === 0) return 0;
  const kinds = [...new Set(found)].join(",");
  terminal.write(`\nNot accepted (--strict): ${kinds}. Where it is wanted: --allow ${kinds}\n`);
  return 2;
}

function undecided({ warnings }: ClusterReview, allow: string[]): string[] {
  return warnings.flatMap(({ danger }) => (danger && !allow.includes(danger) ? [danger] : []));
}
