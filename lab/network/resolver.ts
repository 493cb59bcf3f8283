import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { machineNames } from "../machines/machines";
import { output, runOrFail } from "../system/command";
import { Failure } from "../system/failure";
import { asRoot } from "../system/privilege";
import { labBridge } from "./range";

const pidFile = "/run/consul-cluster/resolver.pid";

/** A name and its address that only the lab's resolver knows: whoever gets it has recursed to it. */
export const labRecord = { name: "host.lab.test", address: "198.18.77.200" };

/**
 * The lab's DNS server: it answers the zone lab.test and refuses everything else, so that recursion can
 * be seen without a way out. It listens on the bridge, also when that comes later than itself.
 */
export async function startResolver(): Promise<void> {
  if (resolverPid() !== undefined) return;
  await runOrFail(await asRoot(["mkdir", "-p", "/run/consul-cluster"]));
  const argv = await asRoot([
    "dnsmasq",
    `--interface=${labBridge}`,
    "--except-interface=lo",
    "--bind-dynamic",
    "--no-resolv",
    "--no-hosts",
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--local=/#/",
    `--host-record=${labRecord.name},${labRecord.address}`,
    `--pid-file=${pidFile}`,
  ]);
  // Detached: it serves the machines, which outlive this command, too.
  const child = spawn(argv[0] as string, argv.slice(1), { detached: true, stdio: "ignore" });
  child.unref();
  for (let wait = 0; wait < 50; wait++) {
    if (resolverPid() !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Failure(
    "The lab's DNS server did not start. `dnsmasq --test --conf-file=/dev/null` and the holders of port 53 (`ss -lnup`) may say why.",
  );
}

/**
 * Ends it, where no machine runs that could ask it, of this clone or another, a test's or not; nor one of the dev stack is off, which
 * asks it again once it is booted.
 */
export async function stopUnusedResolver(): Promise<void> {
  const pid = resolverPid();
  if (pid !== undefined && !someMachineRuns() && machineNames().length === 0)
    await output(await asRoot(["kill", String(pid)]));
}

/** Each machine that runs has a port of the bridge. */
function someMachineRuns(): boolean {
  const ports = `/sys/class/net/${labBridge}/brif`;
  return existsSync(ports) && readdirSync(ports).length > 0;
}

function resolverPid(): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, "utf8").trim());
  const command = `/proc/${pid}/cmdline`;
  // The number may belong to somebody else by now.
  return existsSync(command) && readFileSync(command, "utf8").includes(pidFile) ? pid : undefined;
}
