import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { pulumiEnv } from "../../lab/pulumi/env";
import { type Layout, layoutOf, stackFileName } from "../../lab/pulumi/layout";
import { ensureStack, writeStackFile } from "../../lab/pulumi/stack";
import { run, runOrFail } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { findToolchain } from "../../lab/toolchain/toolchain";
import { hostFlags, quickEngine } from "../support/engine/quick";
import type { Settings } from "../support/stack";

/**
 * A stack with everything of it in one folder: a file backend of its own, its passphrase, its stack file. The
 * program is that of `project`, the engine the real one.
 */
export class FileStack {
  readonly layout: Layout;

  constructor(
    readonly name: string,
    folder: string,
    project = projectFolder,
  ) {
    this.layout = {
      ...layoutOf(project),
      state: join(folder, "state"),
      passphrase: join(folder, "passphrase"),
      stacks: join(folder, "stacks"),
    };
  }

  /** As the CLI reads it: the settings, and the salt that its secrets are sealed with. */
  get stackFile(): string {
    return join(this.layout.stacks, stackFileName(this.name));
  }

  async init(): Promise<void> {
    const { pulumi, env } = await this.cli();
    await ensureStack(pulumi, this.layout, this.name, env);
  }

  async configure(settings: Settings): Promise<void> {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`consul-cluster:${key}`, value]),
    );
    await writeStackFile(this.layout, this.name, stringify({ config }, { lineWidth: 0 }));
  }

  /** A value as the stack file holds a secret one. */
  async encrypted(value: string): Promise<{ secure: string }> {
    const copy = join(this.layout.stacks, "encrypt.yaml");
    copyFileSync(this.stackFile, copy);
    const { pulumi, env } = await this.cli();
    const argv = [pulumi, "config", "set", "--secret", "--config-file", copy, "scratch"];
    await runOrFail(argv, { cwd: this.layout.project, env, input: value });
    return parse(readFileSync(copy, "utf8")).config["consul-cluster:scratch"];
  }

  /** Runs a command of the CLI that takes the stack file. */
  async run(...args: string[]): Promise<string> {
    const { pulumi, env } = await this.cli();
    const flags = ["--config-file", this.stackFile, "--non-interactive"];
    // Today's program alone: a released one has an SDK of its own.
    if (this.layout.project === projectFolder) flags.push(...hostFlags(args));
    const argv = [pulumi, ...args, ...flags];
    const { code, stdout, stderr } = await run(argv, { cwd: this.layout.project, env });
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
    return stdout;
  }

  async exported(): Promise<string> {
    const { pulumi, env } = await this.cli();
    const cwd = this.layout.stacks;
    return (await runOrFail([pulumi, "stack", "export"], { cwd, env })).stdout;
  }

  async outputs<T>(): Promise<T> {
    const { pulumi, env } = await this.cli();
    const argv = [pulumi, "stack", "output", "--json", "--show-secrets"];
    return JSON.parse((await runOrFail(argv, { cwd: this.layout.stacks, env })).stdout) as T;
  }

  async import(state: string): Promise<void> {
    const file = join(this.layout.stacks, "import.json");
    writeFileSync(file, state);
    const { pulumi, env } = await this.cli();
    await runOrFail([pulumi, "stack", "import", "--file", file], { cwd: this.layout.stacks, env });
  }

  private async cli() {
    const toolchain = await findToolchain();
    const own = pulumiEnv(this.layout, toolchain, this.name);
    const env = { ...own, ...quickEngine()?.env, NO_COLOR: "1" };
    return { pulumi: toolchain.pulumi, env };
  }
}
