import { removeMachine } from "../../lab/machines/machines";
import { processesOn, sshOutput, testMachines } from "./machines";
import { nspawnSettings, type Settings, TestStack } from "./stack";
import { StackApi } from "./stackApi";
import { takeTurns } from "./turns";
import { way } from "./way";

/** A cluster of three that files of tests share: who asks for it takes turns with the others, in the order of their names. */
export function sharedTrio(stack: string, addresses: Record<string, string>) {
  takeTurns(stack);
  const names = Object.keys(addresses);
  const machines = nspawnSettings(addresses);
  const baseSettings = { ...machines, ...way };
  const trio = new TestStack(stack, baseSettings);
  const api = (name: string) => new StackApi(trio, addresses[name] as string);
  const processesOf = (...servers: string[]) => processesOn(trio.name, servers);
  return {
    addresses,
    names,
    baseSettings,
    trio,
    api,
    apis: names.map(api),
    processesOf,

    /** Runs a command on one of the three. */
    on: (name: string, command: string): Promise<string> => sshOutput(trio.name, name, command),

    /** Process id and start of each server's Consul: equal means that nothing was restarted. */
    processes: (): Promise<string[]> => processesOf(...names),

    /** The cluster as the other files need it: up, with its base settings. */
    async trioIsUp(): Promise<void> {
      trio.settings = baseSettings;
      await trio.up().catch(async (error: unknown) => {
        // Files of another way have left it.
        if (!/(tls|acl) cannot go from/.test(String(error))) throw error;
        await trio.destroy();
        await trio.up();
      });
    },

    /** No such cluster, as at the beginning, whatever an earlier run has left of it. */
    async trioIsGone(): Promise<void> {
      trio.settings = baseSettings;
      await trio.destroy().catch(async () => {
        for (const name of names) await removeMachine(name, testMachines);
        await trio.forget();
      });
    },

    /** The same machines, whichever the way, with these settings. */
    async trioIsUpWith(more: Settings): Promise<void> {
      trio.settings = { ...machines, ...more };
      await trio.up();
    },
  };
}
