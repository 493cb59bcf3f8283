import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFile } from "../image/image";
import { mirrorFolder } from "../mirror/mirror";
import { labBridge, labGateway } from "../network/range";
import { output, runOrFail } from "../system/command";
import { asRoot } from "../system/privilege";
import { projectFolder } from "../system/project";

/** Where the component keeps its machines unless a stack says otherwise. */
const machineFolder = "/var/lib/consul-cluster";

/** What can be done to a machine that `pulumi up` has made; the script is the component's own. */
export type MachineVerb = "start" | "stop" | "kill" | "pid";

const script = join(projectFolder, "components/hosts/nspawn/machine.sh");

/** Boots, powers off (`stop` in order, `kill` as if its plug were pulled) or looks at a machine. */
export async function machine(
  verb: MachineVerb,
  name: string,
  directory = machineFolder,
): Promise<void> {
  await runOrFail(await asRoot(["sh", script, verb, `directory=${directory}`, `name=${name}`]));
}

export interface BareMachine {
  name: string;
  address: string;
  /** Of the key pair that opens it. */
  publicKey: string;
  /** Login user. @default "admin" */
  user?: string;
  /** @default the lab's own */
  image?: string;
}

/** Makes a bare machine outside of any stack. */
export async function createMachine(
  machine: BareMachine,
  directory = machineFolder,
): Promise<{ hostKey: string }> {
  const settings = {
    user: "admin",
    image: imageFile,
    ...machine,
    directory,
    gateway: `${labGateway}/24`,
    bridge: labBridge,
    share: mirrorFolder,
  };
  const words = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const { stdout } = await runOrFail(await asRoot(["sh", script, "create", ...words]));
  return JSON.parse(stdout) as { hostKey: string };
}

/** Removes a machine that no stack's state knows any more, whosever it is. */
export async function removeMachine(name: string, directory = machineFolder): Promise<void> {
  const settings = [`directory=${directory}`, `name=${name}`, `bridge=${labBridge}`];
  await runOrFail(await asRoot(["sh", script, "delete", ...settings]));
}

/** The id of the component whose machine it is; "" where it carries none. */
export async function machineOwner(name: string, directory = machineFolder): Promise<string> {
  const file = join(directory, "machines", name, "owner");
  return ((await output(await asRoot(["cat", file]))) ?? "").trim();
}

/** Removes the copy of the login key of a stack whose state is lost. */
export async function removeLoginKey(stack: string, directory = machineFolder): Promise<void> {
  await runOrFail(await asRoot(["rm", "-rf", join(directory, "keys", stack)]));
}

/** Names of the machines that stand on this computer, booted or not. */
export function machineNames(directory = machineFolder): string[] {
  const folder = join(directory, "machines");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "boot")));
}

/** Boots what a power cut or a reboot has stopped. Returns the names of the machines it booted. */
export async function startStoppedMachines(directory = machineFolder): Promise<string[]> {
  const stopped: string[] = [];
  for (const name of machineNames(directory)) {
    const pid = await asRoot(["sh", script, "pid", `directory=${directory}`, `name=${name}`]);
    if ((await output(pid)) === undefined) stopped.push(name);
  }
  await Promise.all(stopped.map((name) => machine("start", name, directory)));
  return stopped;
}

/** The address that a machine was given when it was made. */
export function machineAddress(name: string, directory = machineFolder): string {
  const boot = readFileSync(join(directory, "machines", name, "boot"), "utf8");
  return /^address=(.*)$/m.exec(boot)?.[1] ?? "";
}
