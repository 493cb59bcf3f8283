import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureKeyPair } from "../lab/machines/keyPair";
import { createMachine, removeMachine } from "../lab/machines/machines";
import { type CommandResult, runOrFail } from "../lab/system/command";
import { runFolder } from "../lab/system/project";

/** A bare machine that stands before anything is measured. */
export interface BenchHost {
  name: string;
  address: string;
  hostKey: string;
}

const folder = join(runFolder, "bench");

/** The machines of the benchmarks lie apart from the stacks' own. */
const directory = "/var/lib/consul-cluster-bench";

export const privateKeyFile = join(folder, "id_ed25519");

/** Boots bare hosts, nine at most, or finds them booted. */
export async function bareHosts(count: number): Promise<BenchHost[]> {
  mkdirSync(folder, { recursive: true });
  const publicKey = await ensureKeyPair(privateKeyFile);
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const i = index + 1;
      const host = { name: `bench-${i}`, address: `198.18.77.3${i}` };
      const { hostKey } = await createMachine({ ...host, publicKey }, directory);
      writeFileSync(join(folder, `known-hosts-${host.name}`), `${host.address} ${hostKey}\n`);
      return { ...host, hostKey };
    }),
  );
}

export async function removeHosts(hosts: BenchHost[]): Promise<void> {
  for (const { name } of hosts) await removeMachine(name, directory);
}

/** Runs a script on a host as root, with the plain ssh client. */
export function runScript(
  host: BenchHost,
  script: string,
  args: string[] = [],
): Promise<CommandResult> {
  const options = [
    ["IdentityFile", privateKeyFile],
    ["UserKnownHostsFile", join(folder, `known-hosts-${host.name}`)],
    ["BatchMode", "yes"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const input = readFileSync(join(__dirname, script), "utf8");
  return runOrFail(
    ["ssh", ...options, `admin@${host.address}`, "sudo", "sh", "-s", "--", ...args],
    { input },
  );
}

/** Takes everything of Consul off the hosts, whoever put it there. */
export async function makeBare(hosts: BenchHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => runScript(host, "make-bare.sh")));
}
