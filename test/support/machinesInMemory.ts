import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { dirname } from "node:path";
import { output, runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";
import { testMachines } from "./machines";

// The tests make some eighty machines of 8,000 files each, and delete them. ext4 spares the inodes of what was just deleted, and looks
// through all of them for a free one: unpacking a machine costs 3 seconds of a processor there, and 0.2 in memory.

const place = dirname(testMachines);

/** In bytes. Ten machines at once, each with an image, two releases of Consul and its data, and as much again for all else. */
const needed = 12 * 2 ** 30;

const isMounted = () => readFileSync("/proc/self/mounts", "utf8").includes(` ${place} tmpfs `);

/** Has the tests' machines in memory, where there is enough of it; on the disk otherwise. */
export async function mountInMemory(): Promise<void> {
  if (isMounted() || existsSync(testMachines) || freemem() < needed) return;
  await runOrFail(await asRoot(["mkdir", "-p", place]));
  const options = `mode=0755,size=${(needed * 3) / 4}`;
  await runOrFail(await asRoot(["mount", "-t", "tmpfs", "-o", options, "machines", place]));
}

/** Gives the memory back, unless a run has left its machines there for the next one. */
export async function unmountFromMemory(): Promise<void> {
  if (!isMounted() || existsSync(`${testMachines}/machines`)) return;
  // Where a process still works in there it stays, and the next run goes on with it.
  if ((await output(await asRoot(["umount", place]))) === undefined) return;
  await output(await asRoot(["rmdir", place]));
}
