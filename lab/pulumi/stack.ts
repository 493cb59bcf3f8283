import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runOrFail } from "../system/command";
import { withLock } from "../system/lock";
import { type Layout, projectNameOf, stackFileName } from "./layout";
import { ensurePassphrase } from "./passphrase";
import { composeStackFile, hasOwnSecrets } from "./stackFile";

/**
 * Makes the stack where it is missing. That happens in a folder of its own, which has a project file
 * of the same name: the CLI writes the stack's salt into the stack file it finds, and the one in the
 * project belongs to git.
 */
export async function ensureStack(
  cli: string,
  layout: Layout,
  stack: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (await stackExists(layout, stack)) return;
  await mkdir(layout.state, { recursive: true });
  await mkdir(layout.stacks, { recursive: true });
  await withLock(join(layout.stacks, ".lock"), async () => {
    if (await stackExists(layout, stack)) return;
    await ensurePassphrase(layout.passphrase);
    const project = projectNameOf(layout.project);
    await writeFile(join(layout.stacks, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
    // What a stack of this name had before is of no use to a new one.
    await rm(join(layout.stacks, stackFileName(stack)), { force: true });
    await runOrFail([cli, "stack", "init", stack, "--non-interactive"], {
      cwd: layout.stacks,
      env,
    });
  });
}

/**
 * The stack file for the CLI, or undefined where the one in the project shall be used as it stands.
 * `settings` are those from git, or a test's own.
 */
export async function writeStackFile(
  layout: Layout,
  stack: string,
  settings?: string,
): Promise<string | undefined> {
  const file = join(layout.stacks, stackFileName(stack));
  const local = (await readIfThere(file)) ?? "";
  const committed = settings ?? (await readIfThere(join(layout.project, stackFileName(stack))));
  if (
    committed !== undefined &&
    settings === undefined &&
    hasOwnSecrets(committed, stackFileName(stack))
  )
    return undefined;
  const composed = composeStackFile(committed ?? "", local);
  if (composed !== local) {
    await mkdir(layout.stacks, { recursive: true });
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, composed);
    await rename(draft, file);
  }
  return file;
}

/** Is there such a stack in the lab's state? */
export async function stackExists(layout: Layout, stack: string): Promise<boolean> {
  return existsSync(stateFile(layout, projectNameOf(layout.project), stack));
}

/** How the file backend lays out its state; asking the CLI instead would take half a second. */
function stateFile(layout: Layout, project: string, stack: string): string {
  return join(layout.state, ".pulumi", "stacks", project, `${stack}.json`);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return existsSync(file) ? readFile(file, "utf8") : undefined;
}
