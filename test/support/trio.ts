import { removeMachine } from "../../lab/machines/machines";
import { processesOn, sshOutput, testMachines } from "./machines";
import { sharedStack } from "./sharedStack";
import { nspawnSettings, type Settings, TestStack } from "./stack";
import { StackApi } from "./stackApi";
import { takeTurns } from "./turns";
import { way } from "./way";

// Who imports this uses it: one file after the other.
takeTurns(sharedStack);

/** The cluster that most of the tests with machines share, in the order of their files. */
export const names = ["test-1", "test-2", "test-3"] as const;

export const addresses: Record<string, string> = {
  "test-1": "198.18.77.21",
  "test-2": "198.18.77.22",
  "test-3": "198.18.77.23",
};

const machines = nspawnSettings(addresses);

export const baseSettings = { ...machines, ...way };

export const trio = new TestStack(sharedStack, baseSettings);

export function api(name: string): StackApi {
  return new StackApi(trio, addresses[name] as string);
}

export const apis = names.map(api);

/** Runs a command on one of the three. */
export function on(name: string, command: string): Promise<string> {
  return sshOutput(trio.name, name, command);
}

/** Process id and start of each server's Consul: equal means that nothing was restarted. */
export function processes(): Promise<string[]> {
  return processesOf(...names);
}

export function processesOf(...servers: string[]): Promise<string[]> {
  return processesOn(trio.name, servers);
}

/** The cluster as the other files need it: up, with its base settings. */
export async function trioIsUp(): Promise<void> {
  trio.settings = baseSettings;
  await trio.up().catch(async (error: unknown) => {
    // Files of another way have left it.
    if (!/(tls|acl) cannot go from/.test(String(error))) throw error;
    await trio.destroy();
    await trio.up();
  });
}

/** No such cluster, as at the beginning, whatever an earlier run has left of it. */
export async function trioIsGone(): Promise<void> {
  trio.settings = baseSettings;
  await trio.destroy().catch(async () => {
    for (const name of names) await removeMachine(name, testMachines);
    await trio.forget();
  });
}

/** The same machines, whichever the way, with these settings. */
export async function trioIsUpWith(more: Settings): Promise<void> {
  trio.settings = { ...machines, ...more };
  await trio.up();
}
