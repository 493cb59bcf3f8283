import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  ConfigureRequest,
  type ConfigureResponse,
  InvokeRequest,
  type InvokeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { call } from "./call";
import { Engine, type LogEntry } from "./engine";
import { pluginPath } from "./pluginPath";
import { Resource } from "./resource";
import { fromStruct, toStruct, type Values } from "./values";

/** A plugin process, started and spoken to as Pulumi's engine does it. */
export class Plugin {
  readonly local: Resource;
  readonly remote: Resource;

  private constructor(
    private readonly process: ChildProcess,
    private readonly engine: Engine,
    readonly client: ResourceProviderClient,
    readonly configured: ConfigureResponse,
  ) {
    this.local = this.of("command:local:Command");
    this.remote = this.of("command:remote:Command");
  }

  /** One of its resource types. */
  of(type: string): Resource {
    return new Resource(this.client, type);
  }

  /** What one of its functions answers. */
  async invoke(token: string, inputs: Values): Promise<Values> {
    const request = new InvokeRequest().setTok(token).setArgs(toStruct(inputs));
    const response = await call<InvokeResponse>((done) => this.client.invoke(request, done));
    const [failure] = response.getFailuresList();
    if (failure) throw new Error(`${token}: ${failure.getReason()}`);
    return fromStruct(response.getReturn());
  }

  /**
   * @param environment added to the plugin's own environment
   * @param program another plugin than the Command one
   */
  static async start(environment: NodeJS.ProcessEnv = {}, program = pluginPath()): Promise<Plugin> {
    const engine = await Engine.start();
    // An agent of the user's session would log in by itself, whatever key a test gives.
    const { SSH_AUTH_SOCK: _, ...inherited } = process.env;
    const child = spawn(program, [engine.address], {
      env: { ...inherited, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await firstLine(child);
    const client = new ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const request = new ConfigureRequest()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true)
      .setArgs(toStruct({}));
    const configured = await call<ConfigureResponse>((done) => client.configure(request, done));
    return new Plugin(child, engine, client, configured);
  }

  /** Everything logged so far; the same array grows on. */
  get log(): readonly LogEntry[] {
    return this.engine.log;
  }

  /** What `action` logs. Log messages arrive before the answer to the call that made them. */
  async logOf(action: () => Promise<unknown>): Promise<LogEntry[]> {
    const before = this.engine.log.length;
    await action();
    return this.engine.log.slice(before);
  }

  /** What the engine sends when the user presses Ctrl-C. The plugin is of no use after it. */
  cancel(): Promise<Empty> {
    return call<Empty>((done) => this.client.cancel(new Empty(), done));
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGKILL");
      await once(this.process, "exit");
    }
    this.engine.stop();
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) {
    throw new Error("the plugin's stdout is not piped");
  }
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`the plugin ended before it named its port (${signal ?? code})`)),
    );
  });
}
