import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../support/wait";
import { gossipKeys } from "./dummies";

/** Where an agent of a recording listens: a loopback network that nothing else of the project uses. */
const addressOf = (number: number) => `127.0.78.${number}`;

/** The servers of a recording, by their numbers. */
export const servers = [11, 12, 13] as const;

const running = new Set<ChildProcess>();

// Whatever ends the recorder ends its agents, and no others.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface Reply {
  code: number;
  body: string;
  seconds: number;
}

export interface Question {
  method: string;
  path: string;
  body?: string;
  token?: string;
}

/** A Consul agent on this computer, with its settings and its data in a folder. */
export class Agent {
  readonly address: string;
  readonly folder: string;
  private child?: ChildProcess;

  constructor(
    private readonly consul: string,
    root: string,
    readonly number: number,
    readonly name: string,
    settings: Record<string, unknown>,
  ) {
    this.address = addressOf(number);
    this.folder = join(root, name);
    mkdirSync(join(this.folder, "config"), { recursive: true });
    this.configure("10-agent.json", JSON.stringify({ ...this.common(), ...settings }));
  }

  /** A file of its settings; without a text it goes. */
  configure(file: string, text?: string): void {
    const path = join(this.folder, "config", file);
    if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
  }

  /** Returns once it answers: status/leader is asked without a right and without a leader. */
  async start(): Promise<void> {
    const child = spawn(this.consul, ["agent", `-config-dir=${this.folder}/config`], {
      stdio: "ignore",
      env: { PATH: process.env.PATH },
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    this.child = child;
    await eventually(`${this.name} answers`, 30, async () => {
      if (!running.has(child)) throw new Error(`${this.name} ended with ${child.exitCode}`);
      return (await this.ask({ method: "GET", path: "/v1/agent/members" })).code > 0;
    });
  }

  /** Ends it as a broken machine would: it says goodbye to nobody. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || !running.has(child)) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Waits for the end of an agent that was told to leave. */
  async ended(): Promise<void> {
    await eventually(`${this.name} ends`, 30, async () => {
      return this.child !== undefined && !running.has(this.child);
    });
  }

  /** Forgets whom it has known in gossip. */
  forgetNeighbours(): void {
    rmSync(join(this.folder, "data/serf/local.snapshot"), { force: true });
  }

  async ask({ method, path, body, token }: Question): Promise<Reply> {
    const started = Date.now();
    const response = await fetch(`http://${this.address}:8500${path}`, {
      method,
      body,
      headers: token === undefined ? {} : { "X-Consul-Token": token },
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return { code: response.status, body: text, seconds: (Date.now() - started) / 1000 };
  }

  private common(): Record<string, unknown> {
    return {
      node_name: this.name,
      node_id: `00000000-0000-4000-8000-0000000000${this.number}`,
      data_dir: join(this.folder, "data"),
      bind_addr: this.address,
      client_addr: this.address,
      ports: { dns: -1, grpc: -1, grpc_tls: -1 },
      encrypt: gossipKeys.first,
      performance: { raft_multiplier: 1 },
      log_level: "error",
    };
  }
}

/** A server that is one of three from its start, as `render/` writes it. */
export function server(
  consul: string,
  root: string,
  number: number,
  more: Record<string, unknown> = {},
): Agent {
  return new Agent(consul, root, number, `consul-${number - 10}`, {
    server: true,
    bootstrap_expect: servers.length,
    retry_join: servers.filter((other) => other !== number).map(addressOf),
    retry_interval: "1s",
    autopilot: { min_quorum: servers.length },
    ...more,
  });
}

export function client(consul: string, root: string, number: number, name: string): Agent {
  return new Agent(consul, root, number, name, {
    retry_join: servers.map(addressOf),
    retry_interval: "1s",
    leave_on_terminate: true,
  });
}
