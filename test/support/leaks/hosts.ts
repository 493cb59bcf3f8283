import { existsSync, readdirSync, readFileSync } from "node:fs";
import { runOrFail } from "../../../lab/system/command";
import { asRoot } from "../../../lab/system/privilege";
import type { Pattern } from "./secrets";

/** Runs a script as root among a machine's own mounts and processes; nothing of it goes through its login or its sudo. */
export async function within(name: string, script: string, input = ""): Promise<string> {
  const enter = ["nsenter", "-t", initOf(name), "-m", "-p", "--", "sh", "-c", script];
  return (await runOrFail(await asRoot(enter), { input })).stdout;
}

/** The process, as this computer counts, that is the machine's first. */
function initOf(name: string): string {
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const words = textOf(`/proc/${pid}/cmdline`).split("\0");
    if (!words.includes("--boot") || words[words.indexOf("-M") + 1] !== name) continue;
    const [child] = textOf(`/proc/${pid}/task/${pid}/children`).split(" ");
    if (child) return child;
  }
  throw new Error(`${name} does not run`);
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** All that could have been written since the machine was made: settings, data, temporary folders, histories, dumps. */
const places = "/etc /var /usr/local /opt /srv /home /root /tmp /run /dev/shm";

/** Files of a host with any of the patterns in them: `MODE OWNER:GROUP FILE`, of each. */
export async function filesWith(name: string, patterns: readonly Pattern[]): Promise<string[]> {
  // What is looked for comes on stdin: it shall be in no list of processes. A mirror holds releases, and grep's 1 is "none".
  const script = `set -f; set -- ${places}
    set +f; found=$(mktemp -p /dev/shm)
    grep -rlaF -D skip --exclude-dir=mirror -f - "$@" 2>/dev/null >"$found" || [ $? -lt 3 ]
    while read -r file; do stat -c '%A %U:%G %n' "$file"; done <"$found"; rm "$found"`;
  const said = await within(name, script, patterns.map(({ text }) => `${text}\n`).join(""));
  return said.split("\n").filter((line) => line !== "" && !/ \/dev\/shm\/tmp\.\w+$/.test(line));
}

/** Everything that a host's journal has, its processes' command lines among it. */
export function journalOf(name: string): Promise<string> {
  return within(name, "journalctl --sync; journalctl -a -o verbose --no-pager");
}
