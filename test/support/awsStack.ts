import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { Account, type Instance } from "../../lab/ec2/account";
import { Hypervisor, type HypervisorOptions } from "../../lab/ec2/hypervisor";
import { otherImageFile } from "../../lab/image/image";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { labGateway } from "../../lab/network/range";
import { projectFolder } from "../../lab/system/project";
import { findAwsPlugin } from "../../lab/toolchain/awsPlugin";
import { findToolchain } from "../../lab/toolchain/toolchain";
import { within } from "./leaks/hosts";
import { testMachines } from "./machines";
import { keepsItsPromise, type PromiseOptions } from "./promise";
import { type Settings, TestStack } from "./stack";

/** A stack of the tests in an AWS account of our own, whose instances are machines of this computer. */
export class AwsStack {
  private constructor(
    readonly stack: TestStack,
    readonly account: Account,
    readonly hypervisor: Hypervisor,
  ) {}

  /**
   * @param file whose settings it has: the project's own stack file. Only what is the computer's is put in its place.
   * @param network where the default subnets are, in the lab's range
   * @param more names of machines that never boot, and what the environment of its runs has besides
   */
  static async start(
    name: string,
    file: string,
    network: string,
    { neverBoots, env: besides }: More = {},
  ): Promise<AwsStack> {
    const account = await Account.start(name, network);
    const options = { directory: testMachines, image: otherImageFile, neverBoots };
    const hypervisor = new Hypervisor(account, options);
    hypervisor.start();
    const plugin = await findAwsPlugin();
    if (!plugin) throw new Error("the AWS plugin was prepared and is not there");
    const { binDir } = await findToolchain();
    const path = [dirname(plugin.path), binDir, process.env.PATH].join(delimiter);
    const settings = { ...settingsOf(file), ...mirrorSettings, recursors: [labGateway] };
    const env = { ...account.environment(), PATH: path, ...besides };
    return new AwsStack(
      new TestStack(name, settings, undefined, undefined, env),
      account,
      hypervisor,
    );
  }

  /** Its settings below `aws`. */
  get aws(): Settings & { servers: Settings[] } {
    return this.stack.settings.aws as Settings & { servers: Settings[] };
  }

  /** Instances that have not ended. */
  async alive(): Promise<Instance[]> {
    const { instances } = await this.account.look();
    return instances.filter(({ state }) => state !== "terminated");
  }

  /** The same by the names of their servers. */
  async instances() {
    const alive = await this.alive();
    return new Map(
      alive.map((instance) => [instance.name.split("-").slice(-2).join("-"), instance]),
    );
  }

  /** Where each server of its settings is: its instance, what its image is, and its address; empty where there is none. */
  async places(): Promise<Place[]> {
    const instances = await this.instances();
    return this.aws.servers.map(({ name }) => {
      const { id = "", image = "", address = "" } = instances.get(name as string) ?? {};
      return { name: name as string, id, image, address };
    });
  }

  /** The servers' addresses, by name. */
  async addresses(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.places()).map(({ name, address }) => [name, address]));
  }

  /** The settings, with other ones of one server. */
  changed(name: string, change: Settings): Settings {
    return this.withServers((servers) =>
      servers.map((server) => (server.name === name ? { ...server, ...change } : server)),
    );
  }

  /** The settings, with other servers. */
  withServers(change: (servers: Settings[]) => Settings[]): Settings {
    const settings = structuredClone(this.stack.settings);
    const aws = settings.aws as { servers: Settings[] };
    aws.servers = change(aws.servers);
    return settings;
  }

  /**
   * Holds what a plan says of a change against what the machines and their journals say. `hosts`: by address, those that come
   * among them. @default those that are there
   */
  async keeps(change: Settings, options: PromiseOptions, hosts?: Record<string, string>) {
    return keepsItsPromise(this.stack, hosts ?? (await this.addresses()), change, {
      on: (name, command) => this.on(name, command),
      dataStays: true,
      ...options,
    });
  }

  /** What has been called since that changes something; `calls`: how many there were. */
  changesSince(calls: number): string[] {
    const since = this.account.calls().slice(calls);
    return since
      .map(({ action }) => action)
      .filter((action) => !/^(Describe|Get|List)/.test(action));
  }

  /** Runs a shell command as root on the machine of a server. */
  async on(server: string, command: string): Promise<string> {
    const instance = (await this.instances()).get(server);
    if (!instance) throw new Error(`${server} has no machine`);
    return within(Hypervisor.machineName(instance), command);
  }

  /** Ends all of it, whatever still exists. */
  async stop(): Promise<void> {
    await this.stack.forget();
    try {
      await this.hypervisor.stop();
    } finally {
      await this.hypervisor.clear();
      await this.account.stop();
    }
  }
}

interface More extends Pick<HypervisorOptions, "neverBoots"> {
  env?: NodeJS.ProcessEnv;
}

export interface Place {
  /** Of the server. */
  name: string;
  /** Of its instance. */
  id: string;
  image: string;
  address: string;
}

function settingsOf(file: string): Settings {
  const { config } = parse(readFileSync(join(projectFolder, file), "utf8")) as { config: Settings };
  const own = "consul-cluster:";
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(own))
      .map(([key, value]) => [key.slice(own.length), value]),
  );
}

/** A newer image than those that there are, of the family and architecture of the staging stack. */
export const newerImage = {
  id: "ami-0123456789abcdef0",
  owner: "136693071363",
  name: "debian-12-arm64-20260301-2222",
  architecture: "arm64",
  created: "2026-03-01T00:00:00+00:00",
  rootDevice: "/dev/xvda",
};
