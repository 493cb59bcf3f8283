import { runtime } from "@pulumi/pulumi";

/** What components of one run of a program have in common, made when the first of them asks. */
export class OfProgram<Value> {
  private readonly byStack = new WeakMap<object, Value>();
  private readonly byEngine = new Map<string, Value>();

  constructor(private readonly make: () => Value) {}

  /** Undefined without an engine: in tests that make what they like in one process. */
  get(): Value | undefined {
    const engine = engineOfRun();
    if (engine === undefined) return undefined;
    // With the Automation API one process has many runs, and a later engine may get the port of an earlier one: a run is known by its stack.
    const stack = runtime.getStackResource();
    const value = (stack ? this.byStack.get(stack) : this.byEngine.get(engine)) ?? this.make();
    if (stack) this.byStack.set(stack, value);
    else this.byEngine.set(engine, value);
    return value;
  }
}

/**
 * In other languages the components of one program are made by calls of the engine, which share nothing but that engine. A preview and
 * its update may run in one process.
 */
function engineOfRun(): string | undefined {
  const monitor = runtime.getMonitor() as unknown as Partial<GrpcClient>;
  const target = monitor.getChannel?.().getTarget();
  return target === undefined ? undefined : `${target} ${runtime.isDryRun()}`;
}

interface GrpcClient {
  getChannel(): { getTarget(): string };
}
