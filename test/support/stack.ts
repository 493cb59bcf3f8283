import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { imageFile } from "../../lab/image/image";
import { mirrorFolder, mirrorSettings } from "../../lab/mirror/mirror";
import { labGateway } from "../../lab/network/range";
import { pulumiEnv } from "../../lab/pulumi/env";
import { layoutOf, projectNameOf } from "../../lab/pulumi/layout";
import { type PulumiResult, runPulumi, startPulumi } from "../../lab/pulumi/run";
import { ensureStack, writeStackFile } from "../../lab/pulumi/stack";
import { logFolder, projectFolder } from "../../lab/system/project";
import { findToolchain } from "../../lab/toolchain/toolchain";
import type { Access } from "./consul";
import { hostFlags, quickEngine } from "./engine/quick";
import { testMachines } from "./machines";
import { quietRoom } from "./quiet";

/** Settings of a stack, as its stack file has them, without the project's prefix. */
export type Settings = Record<string, unknown>;

/** The settings of a cluster on machines of its own: `names` by address. */
export function nspawnSettings(machines: Record<string, string>, more: Settings = {}): Settings {
  return {
    nspawn: {
      image: imageFile,
      share: mirrorFolder,
      directory: testMachines,
      machines: Object.entries(machines).map(([name, address]) => ({ name, address })),
    },
    ...mirrorSettings,
    recursors: [labGateway],
    ...more,
  };
}

/** One stack of the tests: the project's own program and the real engine, on settings of the test's. */
export class TestStack {
  /** Its runs are as a user's are: with all of Pulumi's own work (engine/quick.ts). */
  asUsersDo = false;

  /** The tests' program host may run its program. An environment of its own would not reach it there. */
  hosted: boolean;

  /** What the outputs said of it the last time, and of which settings. */
  private known?: Promise<Access>;
  private ranWith = "";

  constructor(
    readonly name: string,
    public settings: Settings,
    /** Folder of another state than the lab's: somebody else's computer. */
    private readonly state?: string,
    /** Folder under examples/, or a path elsewhere: another program, on the same state. */
    private readonly example?: string,
    /** Added to the CLI's environment. */
    private readonly env: NodeJS.ProcessEnv = {},
  ) {
    this.hosted = example === undefined && Object.keys(env).length === 0;
  }

  /** An update that must succeed. */
  async up(...flags: string[]): Promise<PulumiResult> {
    const result = await this.run("up", "--yes", "--skip-preview", ...flags);
    if (result.code !== 0) throw new Error(`pulumi up failed:\n${result.stdout}${result.stderr}`);
    const { tls, acl } = this.settings;
    const settings = JSON.stringify({ tls, acl });
    if (settings !== this.ranWith) this.known = undefined;
    this.ranWith = settings;
    return result;
  }

  /** An update that must fail: everything it said. */
  async upThatFails(): Promise<string> {
    const result = await this.run("up", "--yes", "--skip-preview");
    if (result.code === 0) throw new Error(`pulumi up did not fail:\n${result.stdout}`);
    return result.stdout + result.stderr;
  }

  async preview(...flags: string[]): Promise<string> {
    const result = await this.run("preview", ...flags);
    if (result.code !== 0) throw new Error(`preview failed:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  /** A preview that must fail: everything it said. */
  async previewThatFails(...flags: string[]): Promise<string> {
    const result = await this.run("preview", ...flags);
    if (result.code === 0) throw new Error(`the preview did not fail:\n${result.stdout}`);
    return result.stdout + result.stderr;
  }

  /** Looks at what there is, and takes it into the state. */
  async refresh(): Promise<void> {
    const result = await this.run("refresh", "--yes", "--skip-preview");
    if (result.code !== 0) throw new Error(`refresh failed:\n${result.stdout}${result.stderr}`);
  }

  async destroy(): Promise<void> {
    const result = await this.run("destroy", "--yes", "--skip-preview");
    if (result.code !== 0) throw new Error(`destroy failed:\n${result.stdout}${result.stderr}`);
    this.known = undefined;
  }

  /** A destroy that must fail: everything it said. */
  async destroyThatFails(flags = ["--skip-preview"]): Promise<string> {
    const result = await this.run("destroy", "--yes", ...flags);
    if (result.code === 0) throw new Error(`destroy did not fail:\n${result.stdout}`);
    return result.stdout + result.stderr;
  }

  /** A value as the stack file holds a secret one. */
  async encrypted(value: string): Promise<{ secure: string }> {
    const file = join(layoutOf().stacks, `Pulumi.${this.name}.yaml`);
    const copy = join(logFolder, `encrypt-${this.name}.yaml`);
    copyFileSync(file, copy);
    // Not among the arguments: others read those.
    const argv = ["config", "set", "--secret", "--config-file", copy, "scratch"];
    const child = await startPulumi(argv, await this.options(), ["pipe", "ignore", "inherit"]);
    child.stdin?.end(value);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`pulumi config set ended with ${code}`);
    const { config } = parse(readFileSync(copy, "utf8"));
    return config["consul-cluster:scratch"];
  }

  /** The stack under another name, and with the same state. */
  async renamed(name: string): Promise<TestStack> {
    const result = await this.run("stack", "rename", name);
    if (result.code !== 0) throw new Error(result.stderr);
    return new TestStack(name, this.settings, this.state, this.example, this.env);
  }

  /** Drops the stack with its state, whatever still exists of it. */
  async forget(): Promise<void> {
    await this.run("stack", "rm", "--yes", "--force");
  }

  async outputs<T = Record<string, unknown>>(): Promise<T> {
    const result = await this.run("stack", "output", "--json", "--show-secrets");
    if (result.code !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout) as T;
  }

  /** Every text that the state keeps as a secret, by the resource that it is of. */
  async secretTexts(): Promise<{ name: string; text: string }[]> {
    const result = await this.run("stack", "export", "--show-secrets");
    if (result.code !== 0) throw new Error(result.stderr);
    const { deployment } = JSON.parse(result.stdout) as { deployment: { resources: Resource[] } };
    // A secret is known by what made it: components and the stack hand on what others have.
    const { resources } = deployment;
    const makersFirst = [true, false].flatMap((makes) =>
      resources.filter(({ custom = false }) => custom === makes),
    );
    return makersFirst.flatMap((resource) =>
      secretsIn(resource).map((text) => ({ name: resource.urn.split("::").at(-1) ?? "", text })),
    );
  }

  /**
   * What its cluster is asked with: the management token and the CA's certificate of its outputs. They stay what they are while
   * other settings change, so the outputs are asked once.
   */
  async access(): Promise<Access> {
    if (!this.settings.tls && !this.settings.acl) return {};
    this.known ??= this.outputs<{ managementToken?: string; caCertificate?: string }>().then(
      ({ managementToken, caCertificate }) => ({
        token: managementToken || undefined,
        ca: caCertificate || undefined,
      }),
    );
    return this.known;
  }

  /** Starts an update that will be cut off. */
  async startUp(onOutput: (text: string) => void): Promise<ChildProcess> {
    const options = await this.options();
    const end = await quietRoom.enter();
    const argv = ["up", "--yes", "--skip-preview"];
    const child = await startPulumi(argv, options, ["ignore", "pipe", "pipe"]).catch(
      async (error: unknown) => {
        await end();
        throw error;
      },
    );
    child.once("close", end);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.log(text);
        onOutput(text);
      });
    }
    return child;
  }

  /** The environment in which somebody else's script finds the CLI, this stack's state and its settings. */
  async environment(): Promise<NodeJS.ProcessEnv> {
    const { toolchain, configFile } = await this.options();
    const layout = layoutOf();
    const env = pulumiEnv(layout, toolchain, this.name);
    await ensureStack(toolchain.pulumi, layout, this.name, env);
    const file = await writeStackFile(layout, this.name, configFile);
    // The CLI takes any flag from such a variable: the script's own command line stays what it is.
    return { ...env, NO_COLOR: "1", PULUMI_OPTION_CONFIG_FILE: file };
  }

  /** Everything that lies on disk of this stack's state, backups and history included: path and text. */
  stateFiles(): [string, string][] {
    const folder = layoutOf().state;
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file.includes(`/${this.name}`))
      .map((file) => [file, readFileSync(file, "latin1")]);
  }

  /** What the stack's runs have said so far. */
  get logFile(): string {
    return join(logFolder, `test-${this.name}.log`);
  }

  private async run(...args: string[]): Promise<PulumiResult> {
    const result = await quietRoom.besideOthers(() => this.runQuickly(args));
    // Secrets that a test asks for are no run's log.
    if (!args.includes("--show-secrets"))
      this.log(`$ pulumi ${args.join(" ")}\n${result.stdout}${result.stderr}\n`);
    return result;
  }

  private async runQuickly(args: readonly string[]): Promise<PulumiResult> {
    const options = await this.options();
    const engine = this.asUsersDo ? undefined : quickEngine();
    if (engine === undefined) return runPulumi(args, options);
    return runPulumi(this.hosted ? [...args, ...hostFlags(args)] : args, {
      ...options,
      env: { ...engine.env, ...options.env },
    });
  }

  private log(text: string): void {
    mkdirSync(logFolder, { recursive: true });
    appendFileSync(this.logFile, text);
  }

  private async options() {
    const toolchain = await findToolchain();
    const program = this.example && resolve(projectFolder, "examples", this.example);
    const project = projectNameOf(program ?? projectFolder);
    const config = Object.fromEntries(
      Object.entries(this.settings).map(([key, value]) => [`${project}:${key}`, value]),
    );
    // No colours: the tests read what is said.
    const env = {
      NO_COLOR: "1",
      ...this.env,
      ...(this.state && { PULUMI_BACKEND_URL: pathToFileURL(this.state).href }),
    };
    return { toolchain, program, stack: this.name, configFile: stringify({ config }), env };
  }
}

interface Resource {
  urn: string;
  custom?: boolean;
}

/** Strings inside of what the engine marks as a secret. */
function secretsIn(value: unknown, isSecret = false): string[] {
  if (typeof value === "string") return isSecret ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const { plaintext } = value as { plaintext?: unknown };
  if (secretMark in value && typeof plaintext === "string")
    return secretsIn(JSON.parse(plaintext), true);
  return Object.values(value).flatMap((each) => secretsIn(each, isSecret));
}

/** The engine's own, for what it keeps encrypted. */
const secretMark = "4dabf18193072939515e22adb298388d";
