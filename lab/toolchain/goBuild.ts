import { join } from "node:path";
import type { Step } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { run } from "../system/command";
import { Failure } from "../system/failure";
import { projectFolder } from "../system/project";
import { which } from "../system/which";

export interface GoBuild {
  /** As it is called while it is being built, e.g. "the CLI". */
  name: string;
  /** The folder of the go.mod and go.sum that pin everything, in the clone. */
  module: string;
  /** The main package. */
  package: string;
  output: string;
  /** -X settings of the linker: how the tool learns its own version. */
  variables?: Record<string, string>;
}

/** Builds one tool from pinned modules. `why` says what was tried before, for the case that Go is missing. */
export async function goBuild(step: Step, build: GoBuild, why: string): Promise<void> {
  const options = { cwd: join(projectFolder, build.module), env: buildEnv() };
  await checkGo(options.cwd, why);

  // Listing the packages fetches the modules they stand in. It also tells how many of them the
  // compiler has to touch: those in Go's own build cache are not compiled again.
  let fetched = 0;
  step.detail(`fetching the modules of ${build.name}`);
  const listing = await runInStep(
    step,
    ["go", "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", build.package],
    {
      ...options,
      onLine: (line) => {
        if (!line.startsWith("go: downloading ")) return;
        fetched += 1;
        step.detail(`fetching the modules of ${build.name}  ${fetched}`);
      },
    },
  );
  const stale = new Set(listing.stdout.split("\n").filter((line) => line !== ""));

  let compiled = 0;
  const total = stale.size;
  const report = () => step.detail(buildDetail(build.name, compiled, total));
  report();
  await runInStep(
    step,
    [
      "go",
      "build",
      "-v",
      "-ldflags",
      linkerFlags(build.variables),
      "-o",
      build.output,
      build.package,
    ],
    {
      ...options,
      onLine: (line) => {
        if (!stale.delete(line)) return;
        compiled += 1;
        report();
      },
    },
  );
}

/** The linker comes last, and says nothing until it is done. */
export function buildDetail(name: string, compiled: number, total: number): string {
  if (compiled >= total) return `linking ${name}`;
  return `building ${name} from its Go modules  ${compiled}/${total} packages`;
}

/** No symbol table and no debug information: a third of the size. */
export function linkerFlags(variables: Record<string, string> = {}): string {
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...settings].join(" ");
}

function buildEnv(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // The committed go.sum decides what is built, no workspace or vendor setting of the user's.
    GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
    GOWORK: "off",
    // Without C code a binary depends on no C library: it runs on an older system than it was built on.
    CGO_ENABLED: "0",
  };
}

async function checkGo(module: string, why: string): Promise<void> {
  if (!which("go")) throw new Failure(goMissing(why, "Go is not installed"));
  // Run inside of the module: a Go that is too old fetches the version the module asks for, or fails.
  const result = await run(["go", "version"], { cwd: module, env: buildEnv() });
  if (result.code !== 0) throw new Failure(goMissing(why, result.stderr.trim()));
}

export function goMissing(why: string, problem: string): string {
  return [
    `${why}, and it cannot be built from its Go modules: ${problem}.`,
    "  Way out: install Go 1.26 or newer (https://go.dev/dl) so that `go` stands on PATH,",
    "  or install the tool itself, or run this once where the vendor's site can be reached.",
  ].join("\n");
}
