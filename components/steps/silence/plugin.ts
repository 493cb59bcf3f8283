import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const PLUGIN = "pulumi-resource-command";

/**
 * The process ids of this run's Command plugins: children of the nearest process above that has some, which is the CLI. None
 * where the system does not tell, as it has no /proc.
 */
export function commandPlugins(pid = process.pid): number[] {
  const parents = parentsOfAll();
  for (let above = parents.get(pid); above !== undefined && above > 1; above = parents.get(above)) {
    const found = [...parents].flatMap(([child, parent]) =>
      parent === above && programOf(child) === PLUGIN ? [child] : [],
    );
    if (found.length > 0) return found;
  }
  return [];
}

function parentsOfAll(): Map<number, number> {
  const ids = read(() => readdirSync("/proc")).filter((name) => /^\d+$/.test(name));
  return new Map(
    ids.flatMap((id) => {
      // A program's name, between brackets, may hold anything.
      const [, parent] = /\) \S (\d+) [^)]*$/.exec(textOf(id, "stat")) ?? [];
      return parent === undefined ? [] : [[Number(id), Number(parent)] as const];
    }),
  );
}

function programOf(pid: number): string {
  return basename(textOf(String(pid), "cmdline").split("\0", 1)[0] ?? "");
}

/** "" of one that has ended meanwhile. */
function textOf(pid: string, file: string): string {
  return read(() => [readFileSync(`/proc/${pid}/${file}`, "utf8")])[0] ?? "";
}

function read<Text>(files: () => Text[]): Text[] {
  try {
    return files();
  } catch {
    return [];
  }
}
