import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Preview, PreviewStep } from "../../../components/review/preview";

/**
 * What `pulumi preview --json --show-sames` printed for changes of a real cluster on the lab, of 0.1.0. Of it, what the
 * review does not read is cut off: traces, outputs, the installer's text.
 */
const folder = join(__dirname, "previews");

export const recorded = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

export function readRecorded(name: string): string {
  return readFileSync(join(folder, `${name}.json`), "utf8");
}

/** A recorded preview whose steps are others. */
export function changed(name: string, change: (steps: PreviewStep[]) => PreviewStep[]): string {
  const preview = JSON.parse(readRecorded(name)) as Preview;
  return JSON.stringify({ ...preview, steps: change(preview.steps) });
}
