import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectFolder } from "../system/project";

/** Changes whenever what a Go module of ours builds to may change; its tests do not count. */
export async function sourceHash(folder: string, root = projectFolder): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const text = await readFile(file);
    // With its name and length, so that moving text from one file to the next counts too.
    hash.update(`${file.slice(root.length)} ${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}

function isSource(name: string): boolean {
  return (name.endsWith(".go") && !name.endsWith("_test.go")) || /^go\.(mod|sum)$/.test(name);
}
