import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { run, runOrFail } from "../lab/system/command";
import { Failure } from "../lab/system/failure";
import { projectFolder } from "../lab/system/project";
import { compiler } from "../lab/toolchain/compiler";
import { librarySbom } from "./sbom";

export interface Packed {
  /** The archive, as `npm publish` would send it. */
  file: string;
  /** Bytes. */
  size: number;
  files: string[];
}

/**
 * Packs the library into `folder`: what runs, its types, and the scripts for hosts. Nothing of the lab, of the tests,
 * or of this project's stacks is in it.
 */
export async function pack(folder: string): Promise<Packed> {
  const draft = join(folder, "package");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const library = join(projectFolder, "components");
  // Compiled anew: what an earlier state of the sources left in `dist/` is nobody's business.
  const compile = [...compiler, "-p", join(library, "tsconfig.json"), "--outDir", draft];
  // What is said of an argument is for whoever writes one: it stands in the types. What runs comes without its comments.
  await runOrFail([...compile, "--emitDeclarationOnly"], { cwd: projectFolder });
  const running = ["--declaration", "false", "--removeComments"];
  await runOrFail([...compile, ...running], { cwd: projectFolder });
  cpSync(library, draft, { recursive: true, filter: belongs });
  const manifest = publishedManifest();
  writeFileSync(join(draft, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(draft, "schema.json"), withoutWords(join(library, "schema.json")));
  for (const file of ["LICENSE", "CHANGELOG.md"])
    cpSync(join(projectFolder, file), join(draft, file));
  const sbom = await librarySbom(manifest);
  writeFileSync(join(draft, "sbom.cdx.json"), `${JSON.stringify(sbom, null, 1)}\n`);
  const { stdout } = await runOrFail(
    ["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    { cwd: draft },
  );
  const [packed] = JSON.parse(stdout) as {
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  if (!packed) throw new Failure(`npm pack made nothing of ${draft}`);
  return {
    file: join(folder, packed.filename),
    size: packed.size,
    files: packed.files.map(({ path }) => path).sort(),
  };
}

/** The schema as keys are checked by it: its words stand in the types, too. */
function withoutWords(file: string): string {
  return JSON.stringify(
    JSON.parse(readFileSync(file, "utf8"), (key, value) =>
      key === "description" && typeof value === "string" ? undefined : value,
    ),
  );
}

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

/**
 * The manifest of the archive. That of the sources is for the plugin: Pulumi's CLI installs all that it names, and then
 * compiles and runs the sources. An archive is compiled already, and its peers are of the user's own project.
 */
function publishedManifest(): Manifest {
  const read = (file: string) => JSON.parse(readFileSync(join(projectFolder, file), "utf8"));
  const sources = read("components/package.json") as Manifest;
  // In the sources what is said here of compiled files would lead every tool astray.
  const published = read("packaging/published.json") as Manifest;
  const isForSources = (name: string) =>
    name in published.peerDependencies || name === "typescript" || name.startsWith("@types/");
  const dependencies = Object.fromEntries(
    Object.entries(sources.dependencies).filter(([name]) => !isForSources(name)),
  );
  return { ...sources, ...published, dependencies };
}

/** Beside what is compiled: the scripts for hosts and for commands of this computer, a key, the schema that keys are checked by, and what a person reads. */
const belongs = (path: string) =>
  statSync(path).isDirectory()
    ? basename(path) !== "node_modules"
    : /(\.sh|\.command\.mjs|\.asc|\/README\.md|\/schema\.json)$/.test(path);

/** What the linters of packages find wrong with it; "" where they find nothing. */
export async function lintPackage(file: string): Promise<string> {
  const linters = [
    ["npx", "publint", "--strict", file],
    ["npx", "attw", "--no-color", file],
  ];
  const results = await Promise.all(linters.map((argv) => run(argv, { cwd: projectFolder })));
  return results
    .filter(({ code }) => code !== 0)
    .map(({ stdout, stderr }) => stdout + stderr)
    .join("\n");
}
