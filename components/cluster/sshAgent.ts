import { once } from "node:events";
import { createConnection } from "node:net";
import { log, runtime } from "@pulumi/pulumi";
import { type Problem, problem, show } from "../validate/problem";
import { OfProgram } from "./program";

const VARIABLE = "SSH_AUTH_SOCK";
const lookedAt = new OfProgram(looked);

/**
 * The Command plugin asks the agent that the environment names at every step, and fails where there is none, though every host has its
 * key here. No field of a connection keeps it from that. Program, component and plugin have one environment, for all of them are
 * started by Pulumi's CLI. A preview dials nobody, and warns.
 */
export async function checkSshAgent(): Promise<Problem[]> {
  const found = await lookedAt.get();
  return runtime.isDryRun() ? [] : (found ?? []);
}

async function looked(): Promise<Problem[]> {
  const found = await agentTrouble(process.env[VARIABLE]);
  if (runtime.isDryRun())
    for (const { path, message } of found) log.warn(`${path} ${message}. The update would stop`);
  return found;
}

/** An agent may have nothing to say, but has to be there. */
export async function agentTrouble(socket: string | undefined): Promise<Problem[]> {
  if (socket === undefined || socket === "") return [];
  const trouble = await troubleAt(socket);
  return trouble === undefined
    ? []
    : problem(
        VARIABLE,
        `names ${show(socket)}, ${trouble}: every step on a host would fail, though its key is given; unset the variable, or start the agent anew`,
      );
}

/** What the plugin finds as well; of anything else nobody knows that it would fail. */
const TROUBLES: Record<string, string> = {
  ENOENT: "which is not there",
  ENOTDIR: "which is not there",
  ECONNREFUSED: "where no SSH agent listens any more",
  EACCES: "which this user may not open",
};

async function troubleAt(socket: string): Promise<string | undefined> {
  const connection = createConnection({ path: socket });
  try {
    await once(connection, "connect");
    return undefined;
  } catch (error) {
    return TROUBLES[(error as NodeJS.ErrnoException).code ?? ""];
  } finally {
    connection.destroy();
  }
}
