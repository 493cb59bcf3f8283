import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const folder = join(__dirname, "states");

const ending = ".json.br";

/** A window wider than the whole state: the same scripts stand in it for every server, and are kept once. */
const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };

/** What `record.ts` kept of a cluster: its stack's state and settings, and what their secrets are sealed with. */
export interface SavedState {
  /** Of the stack, whose name is in those of its resources. */
  name: string;
  /** As `pulumi stack export` prints it. */
  state: string;
  /** The whole stack file, its salt included. */
  settings: string;
  passphrase: string;
}

/** Released versions of this library that have saved states. */
export function savedVersions(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function savedNames(version: string): string[] {
  return readdirSync(join(folder, version))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

export function isSaved(version: string): boolean {
  return existsSync(join(folder, version));
}

export function readSaved(version: string, name: string): SavedState {
  const at = join(folder, version);
  return {
    name,
    state: brotliDecompressSync(readFileSync(join(at, `${name}${ending}`))).toString(),
    settings: readFileSync(join(at, `${name}.yaml`), "utf8"),
    passphrase: readFileSync(join(at, "passphrase"), "utf8"),
  };
}

export function writeSaved(version: string, { name, state, settings, passphrase }: SavedState) {
  const at = join(folder, version);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, `${name}${ending}`), brotliCompressSync(state, { params }));
  writeFileSync(join(at, `${name}.yaml`), settings);
  writeFileSync(join(at, "passphrase"), passphrase);
}

/** A cluster on AWS as the program asks for it: no account made one, so it has a graph in the place of a state. */
export interface SavedGraph {
  /** The stack file. */
  settings: string;
  /** As test/graph/golden has it. */
  graph: string;
}

export function readGraph(version: string, name: string): SavedGraph {
  const at = join(folder, version, "graph");
  return {
    settings: readFileSync(join(at, `${name}.settings.yaml`), "utf8"),
    graph: readFileSync(join(at, `${name}.yaml`), "utf8"),
  };
}

export function writeGraph(version: string, name: string, { settings, graph }: SavedGraph) {
  const at = join(folder, version, "graph");
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, `${name}.settings.yaml`), settings);
  writeFileSync(join(at, `${name}.yaml`), graph);
}

/**
 * An exported state without what is this computer's alone: where its plugins lie. The engine finds its own.
 *
 * @throws where it names one of `foreign` all the same.
 */
export function portable(exported: string, foreign: string[]): string {
  const state = JSON.parse(exported) as { deployment: { manifest: { plugins?: unknown } } };
  delete state.deployment.manifest.plugins;
  const text = `${JSON.stringify(state, null, 1)}\n`;
  const found = foreign.filter((path) => text.includes(path));
  if (found.length > 0)
    throw new Error(`the state names ${found.join(", ")}: it would be of no use elsewhere`);
  return text;
}
