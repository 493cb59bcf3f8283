import { runtime } from "@pulumi/pulumi";

/**
 * What components of one run of a program have in common: a run is known by its engine, for in other languages the components of one are
 * made by calls that share nothing else. Without an engine, in tests that make what they like in one process, there is none.
 */
export function ofProgram<Value>(
  programs: Map<string, Value>,
  make: () => Value,
): Value | undefined {
  const { getChannel } = runtime.getMonitor() as unknown as Partial<GrpcClient>;
  if (getChannel === undefined) return undefined;
  const engine = (runtime.getMonitor() as unknown as GrpcClient).getChannel().getTarget();
  // A preview and its update may run in one process, and the port of the one's engine be the other's.
  const run = `${engine} ${runtime.isDryRun()}`;
  const value = programs.get(run) ?? make();
  programs.set(run, value);
  return value;
}

interface GrpcClient {
  getChannel(): { getTarget(): string };
}
