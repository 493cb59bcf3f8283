import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";
import { testMachines } from "./machines";

/** A disk that outlives the machine that it is attached to, as a volume of a cloud does. */
export class Disk {
  private device = "";

  constructor(private readonly file: string) {}

  /** An empty one, and what gets to see it as a device of this computer. */
  static async create(name: string, size: string): Promise<Disk> {
    const file = join(testMachines, `${name}.img`);
    const disk = new Disk(file);
    await runOrFail(await asRoot(["truncate", "-s", size, file]));
    disk.device = (await runOrFail(await asRoot(["losetup", "-f", "--show", file]))).stdout.trim();
    return disk;
  }

  /** Gives it to a machine that runs, with the name by which EC2 shows a volume of this ID. */
  async attach(machine: string, volume: string): Promise<void> {
    const minor = this.device.replace(/\D/g, "");
    const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace("-", "")}`;
    const script = `[ -e ${this.device} ] || mknod ${this.device} b 7 ${minor}; mkdir -p ${link.replace(/[^/]*$/, "")}; ln -sf ${this.device} ${link}`;
    const init = await initOf(machine);
    await runOrFail(await asRoot(["nsenter", "-t", init, "-m", "--", "sh", "-c", script]));
  }

  /** Overwrites it with what a command makes of it; the command's last word is the device. */
  async format(...command: string[]): Promise<void> {
    await runOrFail(await asRoot(["wipefs", "-qa", this.device]));
    await runOrFail(await asRoot([...command, this.device]));
  }

  async remove(): Promise<void> {
    if (this.device !== "") await runOrFail(await asRoot(["losetup", "-d", this.device]));
    rmSync(this.file, { force: true });
  }
}

/** Lets go of the disks of a run that was cut off. */
export async function detachDisks(): Promise<void> {
  const { stdout } = await runOrFail(await asRoot(["losetup", "-nl", "-O", "NAME,BACK-FILE"]));
  for (const line of stdout.split("\n")) {
    const [device, file] = line.trim().split(/\s+/);
    if (device && file?.startsWith(testMachines))
      await runOrFail(await asRoot(["losetup", "-d", device]));
  }
}

/** Process id of a machine's init, as this computer counts. */
async function initOf(machine: string): Promise<string> {
  const pid = readFileSync(`/run/consul-cluster/machines/${machine}.pid`, "utf8").trim();
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"))
    .join("")
    .trim();
}
