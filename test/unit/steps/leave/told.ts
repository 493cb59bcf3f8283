import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../../../../components/steps/scripts";
import { Host } from "../../support/host";

/** Commands that do nothing but to be said. */
export const harmless = ["systemctl", "rm", "rmdir", "userdel"]
  .map((command) =>
    command === "systemctl"
      ? `systemctl() { case "$*" in *MainPID*) echo "\${pid:-0}" ;; show*) ;; *) echo "systemctl $*" ;; esac; }\n`
      : `${command}() { echo "${command} $*"; }\n`,
  )
  .join("");

/** Runs a script's `main`, and returns the lines that it says, HOST for the folder of the test. */
export function main(host: Host, script: Program, words: string, more = ""): string[] {
  const { stdout } = host.run(
    script,
    `${harmless}
    timeout() { shift; "$@"; }
    lock() { echo "lock $1"; }
    sleep() { :; }
    ${more}
    exec 2>&1
    main ${words} </dev/null || true`,
  );
  return stdout.replaceAll(host.folder, "HOST").split("\n").slice(0, -1);
}

export const note = (host: Host) => join(host.folder, "state/farewell");

/** That computer's start, of which a note is. */
export const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const now_s = () => Math.floor(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]));

/** A note that was left just now. */
export const noted = (ready = "") => `boot=${boot}\nat_s=${now_s()}\nready=${ready}\n`;

/** A host whose server runs what is staged. */
export function running(): Host {
  const host = new Host();
  host.apply(host.stage(host.render()));
  return host;
}
