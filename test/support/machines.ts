import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MachineVerb, machine, machineAddress } from "../../lab/machines/machines";
import { type CommandResult, run } from "../../lab/system/command";
import { runFolder } from "../../lab/system/project";

/** Machines of the tests live apart from those of the dev stack: both may be up at once. What it lies in may be memory (machinesInMemory.ts). */
export const testMachines = "/var/lib/consul-cluster-test/lab";

export function machineRoot(name: string): string {
  return join(testMachines, "machines", name, "root");
}

/** Boots a machine, powers it off in order (`stop`) or pulls its plug (`kill`). */
export function power(verb: Exclude<MachineVerb, "pid">, name: string): Promise<void> {
  return machine(verb, name, testMachines);
}

/** How a machine is reached over SSH, its host key checked. */
export function sshOptions(stack: string, name: string): { options: string[]; address: string } {
  const address = machineAddress(name, testMachines);
  const hostKey = readFileSync(join(machineRoot(name), "etc/ssh/ssh_host_ed25519_key.pub"), "utf8");
  const folder = join(runFolder, "test");
  mkdirSync(folder, { recursive: true });
  const knownHosts = join(folder, `known-hosts-${name}`);
  // Whole at once: another login to the same machine may be reading it.
  writeFileSync(`${knownHosts}.${process.pid}`, `${address} ${hostKey}`);
  renameSync(`${knownHosts}.${process.pid}`, knownHosts);
  const options = [
    ["IdentityFile", join(testMachines, "keys", stack, "id_ed25519")],
    ["IdentitiesOnly", "yes"],
    ["UserKnownHostsFile", knownHosts],
    ["StrictHostKeyChecking", "yes"],
    ["BatchMode", "yes"],
    ["ConnectTimeout", "20"],
    ["LogLevel", "ERROR"],
    // The default of OpenSSH 9 takes a tenth of a second of a processor at each login.
    ["KexAlgorithms", "curve25519-sha256"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  return { options, address };
}

/** Runs a shell command on a machine as a login user of it, over SSH, with the host key checked. */
export function ssh(
  stack: string,
  name: string,
  command: string,
  input?: string,
  user = "admin",
): Promise<CommandResult> {
  const { options, address } = sshOptions(stack, name);
  return run(["ssh", ...options, `${user}@${address}`, command], { input, timeout: 120_000 });
}

/** The same, for a command that must succeed: its output without the last newline. */
export async function sshOutput(
  stack: string,
  name: string,
  command: string,
  user?: string,
): Promise<string> {
  const { code, stdout, stderr } = await ssh(stack, name, command, undefined, user);
  if (code !== 0) throw new Error(`${name}: \`${command}\` ended with ${code}: ${stdout}${stderr}`);
  return stdout.trimEnd();
}

/** Process id and start of the Consul on each of a stack's machines: equal means that nothing was restarted. */
export function processesOn(
  stack: string,
  names: readonly string[],
  user?: string,
): Promise<string[]> {
  const show = "systemctl show consul -p MainPID -p ExecMainStartTimestampMonotonic --value";
  return Promise.all(names.map((name) => sshOutput(stack, name, `${show} | paste -sd' '`, user)));
}
