// What a run of the tests spares of Pulumi's own work, for the engine is not what they test. Runs that are cut off, and the creation of
// test/e2e/01, go without, as a user's do. Each file of tests reads this: what it takes to start the host is in setup.ts.

/** In the environment of the tests: a QuickEngine as JSON. */
export const variable = "CONSUL_CLUSTER_TESTS_ENGINE";

export interface QuickEngine {
  /** Where the program host listens. */
  programHost: string;
  /** For the CLI. */
  env: NodeJS.ProcessEnv;
}

/** Undefined where nobody has started it. */
export function quickEngine(): QuickEngine | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : (JSON.parse(text) as QuickEngine);
}

/** What has the CLI leave the program to the host, at commands that run it. */
export function hostFlags([command = ""]: readonly string[]): string[] {
  const engine = quickEngine();
  return engine && ["up", "preview"].includes(command) ? ["--client", engine.programHost] : [];
}
