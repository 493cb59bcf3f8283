import { readdirSync, readFileSync } from "node:fs";

/** The command line of every process on this computer, those inside of its machines included. */
export function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(commandLine);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // It has ended in between.
    return "";
  }
}
