import { ConsulApi } from "./consul";
import { processesOn, sshOutput } from "./machines";
import { nspawnSettings, type Settings, TestStack } from "./stack";

/** The cluster that most of the end-to-end tests share, in the order of their files. */
export const names = ["test-1", "test-2", "test-3"] as const;

export const addresses: Record<string, string> = {
  "test-1": "198.18.77.21",
  "test-2": "198.18.77.22",
  "test-3": "198.18.77.23",
};

export const baseSettings = nspawnSettings(addresses);

export const trio = new TestStack("trio", baseSettings);

export const apis = names.map((name) => new ConsulApi(addresses[name] as string));

export function api(name: string): ConsulApi {
  return new ConsulApi(addresses[name] as string);
}

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

/** The cluster as the other files need it: up, with its plain settings. */
export function trioIsUp(): Promise<void> {
  return trioIsUpWith({});
}

/** The same with settings beside those. */
export async function trioIsUpWith(more: Settings): Promise<void> {
  trio.settings = { ...baseSettings, ...more };
  await trio.up();
}
