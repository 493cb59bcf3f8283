import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureKeyPair } from "../../lab/machines/keyPair";
import { type BareMachine, createMachine, removeMachine } from "../../lab/machines/machines";
import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";
import { machineRoot, testMachines } from "./machines";

/** Hosts that stand before a stack does, all opened by one key. */
export class BareHosts {
  private readonly names: string[] = [];

  /** `stack`: under whose name the key lies, so that `sshOutput` finds it. */
  constructor(private readonly stack: string) {}

  get keyFile(): string {
    return join(testMachines, "keys", this.stack, "id_ed25519");
  }

  async create(...machines: Omit<BareMachine, "publicKey">[]): Promise<{ hostKey: string }[]> {
    this.names.push(...machines.map(({ name }) => name));
    // A run that was cut off has left them as it had changed them, and some begin with this file.
    await this.remove();
    return this.boot(machines);
  }

  /** One host more. */
  async add(machine: Omit<BareMachine, "publicKey">): Promise<{ hostKey: string }> {
    this.names.push(machine.name);
    await removeMachine(machine.name, testMachines);
    const [made] = await this.boot([machine]);
    return made as { hostKey: string };
  }

  /** Makes some of them anew, with nothing on them: other host keys, the same key that opens them. */
  async createAgain(...machines: Omit<BareMachine, "publicKey">[]): Promise<{ hostKey: string }[]> {
    for (const { name } of machines) await removeMachine(name, testMachines);
    return this.boot(machines);
  }

  private async boot(machines: Omit<BareMachine, "publicKey">[]): Promise<{ hostKey: string }[]> {
    const publicKey = await ensureKeyPair(this.keyFile);
    return Promise.all(
      machines.map((machine) => createMachine({ ...machine, publicKey }, testMachines)),
    );
  }

  async remove(): Promise<void> {
    for (const name of this.names) await removeMachine(name, testMachines);
    rmSync(dirname(this.keyFile), { recursive: true, force: true });
  }
}

/** Runs a script inside of a machine's root from outside, as its root: no SSH, no sudo of its own. */
export async function inside(name: string, script: string, input = ""): Promise<string> {
  const argv = await asRoot(["chroot", machineRoot(name), "sh", "-eu", "-c", script]);
  return (await runOrFail(argv, { input })).stdout.trimEnd();
}
