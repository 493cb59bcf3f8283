import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { logFolder } from "../system/project";
import { motoPython } from "./moto";

/** What the hypervisor has to know of an instance. */
export interface Instance {
  id: string;
  state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";
  /** Of its tag. */
  name: string;
  image: string;
  address: string;
  /** Of its key pair. */
  publicKey: string;
  userData: string;
  /** How often somebody has rebooted it. */
  reboots: number;
  /** Those that are attached, but for the root's. */
  volumes: string[];
}

/** The VPC that an account begins with. */
export interface Network {
  vpc: string;
  /** Of those that name none. */
  securityGroup: string;
  /** One in each zone, in the zones' order. */
  subnets: { id: string; cidr: string; zone: string }[];
}

/** One call of the API, as the log has it. */
export interface ApiCall {
  /** In seconds since 1970. */
  at: number;
  service: string;
  action: string;
  status: number;
  /** AWS's code, where the call was refused. */
  error?: string;
  /** What the SDK says of itself, where it asks once more. */
  again?: string;
  parameters: Record<string, string>;
  /** Tags of what the call names, by ID, as they were before it. */
  tags: Record<string, Record<string, string>>;
}

/** What the API does wrong the next times that it is asked. */
export interface Fault {
  /** "*" for every one. */
  action: string;
  times?: number;
  code?: string;
  message?: string;
  status?: number;
  /** In seconds, before the answer. */
  delay?: number;
  /** What is asked for is done, and the connection breaks before the answer. */
  lost?: boolean;
}

export interface Image {
  id: string;
  owner: string;
  name: string;
  architecture: string;
  created: string;
  rootDevice: string;
}

/** An AWS account of our own: its API on loopback, for as long as this process lives. */
export class Account {
  private constructor(
    private readonly process: ChildProcess,
    readonly endpoint: string,
    private readonly log: string,
  ) {}

  /** @param network a CIDR of eight addresses or more for each of its zones, in the lab's range */
  static async start(name: string, network: string): Promise<Account> {
    mkdirSync(logFolder, { recursive: true });
    const log = join(logFolder, `aws-${name}-${process.pid}.jsonl`);
    const errors = openSync(join(logFolder, `aws-${name}.log`), "a");
    const script = join(__dirname, "server.py");
    const child = spawn(motoPython(), ["-B", script, "0", log, network], {
      stdio: ["pipe", "pipe", errors],
    });
    const port = await firstLine(child);
    return new Account(child, `http://127.0.0.1:${port}`, log);
  }

  /** The environment in which AWS's tools and plugins speak to it, and to nobody else. */
  environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "lab",
      AWS_SECRET_ACCESS_KEY: "lab",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
  }

  /** Instances, those that have ended lately among them; volumes that are there, by their sizes in GiB; the default VPC. */
  async look(): Promise<{
    instances: Instance[];
    volumes: Record<string, number>;
    network: Network;
  }> {
    return this.ask("instances");
  }

  /** Says where a machine has come to. */
  async report(id: string, state: Instance["state"]): Promise<void> {
    await this.ask("state", { id, state });
  }

  /** What the API does wrong from now on; an empty list for nothing. */
  async faults(faults: Fault[]): Promise<void> {
    await this.ask("faults", faults);
  }

  /** Ends, stops, starts or reboots an instance as somebody does who is not Pulumi. */
  async operate(verb: "end" | "stop" | "start" | "reboot", id: string): Promise<void> {
    await this.ask(verb, { id });
  }

  /** A new image upstream. */
  async publish(image: Image): Promise<void> {
    await this.ask("images", image);
  }

  /** Every call so far, of whoever made it. */
  calls(): ApiCall[] {
    return readFileSync(this.log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as ApiCall);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
  }

  private async ask<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.endpoint}/_lab/${path}`, {
      method: body === undefined ? "GET" : "POST",
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("stdout is not piped");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`the API ended before it named its port (${signal ?? code})`)),
    );
  });
}
