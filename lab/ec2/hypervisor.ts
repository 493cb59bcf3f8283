import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mirrorFolder } from "../mirror/mirror";
import { labBridge, labGateway } from "../network/range";
import { runOrFail } from "../system/command";
import { asRoot } from "../system/privilege";
import type { Account, Image, Instance } from "./account";

/** A volume of so many GiB takes as many times this of MiB here. */
const mebibytesForAGibibyte = 32;
const pause = 300;

export interface HypervisorOptions {
  /** Where machines and volumes are. */
  directory: string;
  /** The root file system of every image: one with cloud-init and systemd-resolved. */
  image: string;
  /** Names of instances that get no further than "pending". */
  neverBoots?: Set<string>;
}

/** Makes the instances of an account machines of this computer, and their volumes loop devices. */
export class Hypervisor {
  /** Work on an instance is done one after the other; that of several, beside each other. */
  private readonly busy = new Map<string, Promise<void>>();
  /** Volumes, by the machine that has got them since its last boot. */
  private readonly attached = new Map<string, Set<string>>();
  private readonly files = new Map<string, string>();
  /** How often each machine has been rebooted. */
  private readonly reboots = new Map<string, number>();
  private loop?: Promise<void>;
  private stopped = false;
  private failure?: unknown;

  constructor(
    private readonly account: Account,
    private readonly options: HypervisorOptions,
  ) {}

  start(): void {
    this.loop = this.watch();
  }

  /** Ends what it does, and fails where it has failed. Machines and volumes stay as they are. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
    await Promise.all(this.busy.values());
    if (this.failure) throw this.failure;
  }

  /** Takes away everything that is left. */
  async clear(): Promise<void> {
    const { instances } = await this.account.look();
    for (const instance of instances) await this.run("end", instance);
    for (const file of this.files.values()) await this.drop(file);
  }

  /** The name by which the lab knows the machine of an instance: that of a link must be short. */
  static machineName({ id }: Pick<Instance, "id">): string {
    return `i-${id.slice(-10)}`;
  }

  private async watch(): Promise<void> {
    while (!this.stopped && !this.failure) {
      try {
        await this.look();
      } catch (error) {
        this.failure = error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private async look(): Promise<void> {
    const { instances, volumes } = await this.account.look();
    for (const instance of instances) {
      if (this.busy.has(instance.id)) continue;
      const work = this.workOn(instance, volumes);
      if (!work) continue;
      const done = work()
        .catch((error) => {
          this.failure ??= error;
        })
        .finally(() => this.busy.delete(instance.id));
      this.busy.set(instance.id, done);
    }
    for (const [volume, file] of this.files) {
      if (volumes[volume] !== undefined) continue;
      this.files.delete(volume);
      await this.drop(file);
    }
  }

  private workOn(instance: Instance, sizes: Record<string, number>) {
    switch (instance.state) {
      case "pending":
        if (this.options.neverBoots?.has(instance.name)) return undefined;
        return () => this.reach(instance, "running", "boot");
      case "stopping":
        return () => this.reach(instance, "stopped", "stop");
      case "shutting-down":
        return () => this.reach(instance, "terminated", "end");
      case "running": {
        if (instance.reboots > (this.reboots.get(instance.id) ?? 0))
          return () => this.reach(instance, "running", "stop", "boot");
        const has = this.attached.get(instance.id);
        const missing = instance.volumes.filter((volume) => !has?.has(volume));
        return missing.length > 0 ? () => this.attach(instance, missing, sizes) : undefined;
      }
      default:
        return undefined;
    }
  }

  private async reach(instance: Instance, state: Instance["state"], ...verbs: string[]) {
    this.attached.set(instance.id, new Set());
    this.reboots.set(instance.id, instance.reboots);
    for (const verb of verbs) await this.run(verb, instance);
    await this.account.report(instance.id, state);
  }

  private async attach(instance: Instance, volumes: string[], sizes: Record<string, number>) {
    for (const volume of volumes) {
      const file = this.fileOf(volume);
      this.files.set(volume, file);
      const size = (sizes[volume] ?? 1) * mebibytesForAGibibyte;
      await this.run("attach", instance, volume, file, String(size));
      this.attached.get(instance.id)?.add(volume);
    }
  }

  private fileOf(volume: string): string {
    return join(this.options.directory, "volumes", `${volume}.img`);
  }

  private async run(verb: string, instance: Instance, ...words: string[]): Promise<void> {
    const settings = {
      directory: this.options.directory,
      name: Hypervisor.machineName(instance),
      id: instance.id,
      address: instance.address,
      gateway: `${labGateway}/24`,
      bridge: labBridge,
      image: this.options.image,
      share: mirrorFolder,
      user: userOf(instance.image),
      publicKey: instance.publicKey.trim(),
      volumes: instance.volumes.map((volume) => this.fileOf(volume)).join(" "),
    };
    const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const argv = await asRoot(["sh", script, verb, ...words, ...pairs]);
    await runOrFail(argv, { input: verb === "boot" ? instance.userData : "" });
  }

  private async drop(file: string): Promise<void> {
    await runOrFail(await asRoot(["sh", script, "drop", file]));
  }
}

const script = join(__dirname, "instance.sh");
const images = JSON.parse(readFileSync(join(__dirname, "images.json"), "utf8")) as Image[];

/** The login user that a publisher's images make. */
function userOf(image: string): string {
  const owner = images.find(({ id }) => id === image)?.owner;
  return { "099720109477": "ubuntu", "137112412989": "ec2-user" }[owner ?? ""] ?? "admin";
}
