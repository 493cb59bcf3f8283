import { dirname, join } from "node:path";

/** From where the paths of a stack file start. */
export interface Folders {
  /** Folder of Pulumi.yaml. */
  project: string;
  /** Home of whoever runs Pulumi. */
  home: string;
}

/**
 * Folder of Pulumi.yaml, from the folder that the program runs in: Pulumi runs it where its compiled files
 * are. Without a Pulumi.yaml above, as in a test, it is the folder itself.
 */
export function projectFolder(start: string, exists: (path: string) => boolean): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (exists(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** A path of this computer, as a stack file may give it: absolute, below `~/`, or below the project. Anything else stays. */
export function localPath(path: unknown, { project, home }: Folders): unknown {
  if (typeof path !== "string" || holdsKey(path)) return path;
  if (path === "" || path.startsWith("/")) return path;
  // Another user's home (`~name`) is left as it is, and refused later.
  if (path.startsWith("~")) return path.startsWith("~/") ? join(home, path.slice(2)) : path;
  return join(project, path);
}

/** The named fields of an object made local paths, where they are texts. */
export function withLocalPaths<T>(value: T, fields: string[], folders: Folders): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const changed = Object.entries(value).map(([key, field]) => [
    key,
    fields.includes(key) ? localPath(field, folders) : field,
  ]);
  return Object.fromEntries(changed) as T;
}

/** A key pasted in the place of its file's path must reach the validation that tells so. */
function holdsKey(text: string): boolean {
  return /-----BEGIN|PRIVATE KEY/.test(text);
}
