import { structuredPatch } from "diff";

/** What changes in one file that is laid on a server. */
export interface FileDiff {
  file: string;
  /** Lines with ` `, `+` or `-` before them, as in a unified diff, and `@@` between two places. */
  lines: string[];
}

/** The files that differ, in the order of their names; none where one of the two texts is not known. */
export function fileDiffs(before: string | undefined, after: string | undefined): FileDiff[] {
  if (after === undefined) return [];
  const [old, now] = [filesOf(before ?? ""), filesOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .sort()
    .map((file) => ({ file, lines: unified(old[file] ?? "", now[file] ?? "") }))
    .filter(({ lines }) => lines.length > 0);
}

/** The files of a text that `renderFiles` wrote. */
export function filesOf(text: string): Record<string, string> {
  const [, ...parts] = text.split(/^==> (.+) <==\n/m);
  const files: Record<string, string> = {};
  for (let i = 0; i < parts.length; i += 2) files[parts[i] as string] = parts[i + 1] as string;
  return files;
}

/** Three lines around a change tell in which object of the JSON it stands. */
function unified(before: string, after: string): string[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 3 });
  return hunks.flatMap(({ lines }, index) => [...(index > 0 ? ["@@"] : []), ...lines]);
}
