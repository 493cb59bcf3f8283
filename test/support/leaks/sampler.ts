import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { asRoot } from "../../../lab/system/privilege";

/** What was read of processes, each text once. */
interface Sample {
  kind: "command line" | "environment";
  /** The program, as its command line begins. */
  who: string;
  /** A command line, or one variable of an environment. */
  text: string;
}

export interface Samples {
  seen: Sample[];
  rounds: number;
  /** The longest time between two rounds, in milliseconds. */
  worst: number;
  /** What the sampler itself has used of a processor, in milliseconds. */
  cpu: number;
}

/**
 * Reads processes of this computer and of its machines, until `stop`; nothing of it lies on a disk. Only root reads the
 * environments of others.
 */
export async function sampleProcesses(root = true): Promise<{ stop(): Promise<Samples> }> {
  const argv = [process.execPath, join(__dirname, "readProcesses.mjs")];
  const [program, ...args] = root ? await asRoot(argv) : argv;
  const child = spawn(program as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child.stdout, "data");
  return {
    async stop() {
      child.stdin.end();
      await once(child, "close");
      return JSON.parse(said) as Samples;
    },
  };
}
