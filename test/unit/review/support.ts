import type { Preview, PreviewStep } from "../../../components/review/preview";
import { readRecorded, recorded } from "./recorded";
import { variants } from "./variants";

/** Recorded ones, and those that are made of them. */
export const previews = [...recorded, ...Object.keys(variants)];

export function readPreview(name: string): string {
  return variants[name]?.() ?? readRecorded(name);
}

/** A preview whose steps are others. */
export function changed(name: string, change: (steps: PreviewStep[]) => PreviewStep[]): string {
  const preview = JSON.parse(readPreview(name)) as Preview;
  return JSON.stringify({ ...preview, steps: change(preview.steps) });
}
