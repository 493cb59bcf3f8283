import * as pulumi from "@pulumi/pulumi";
import { fromWire, type Values } from "./values";

/** One resource as the program asked the engine for it. Others are named by their names, not their URNs. */
export interface Registered {
  type: string;
  name: string;
  parent: string | undefined;
  /** Inputs as they travel; what is marked as secret is wrapped in a `Secret`. */
  inputs: Values;
  /** Outputs that a component registers for itself. */
  outputs: Values;
  dependencies: string[];
  deletedWith: string | undefined;
  additionalSecretOutputs: string[];
  deleteBeforeReplace: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  /** Another value replaces the resource. */
  replacementTrigger: unknown;
  retainOnDelete: boolean;
  aliases: number;
  isProtected: boolean;
}

export interface Recording<T> {
  resources: Registered[];
  /** What the program returned; undefined where it threw. */
  result: T | undefined;
  /** What the program threw, then what was thrown in an `apply`: each would end a real run. */
  errors: Error[];
}

interface Options {
  preview?: boolean;
  /** What a command of this name prints. */
  stdout: (name: string, inputs: Values) => string;
  /** Of resources with another id than `NAME-id`. */
  ids?: Record<string, string>;
  /** What a provider's function answers. */
  call?: (token: string, inputs: Values) => Values;
  /** What a resource that is no command has besides its inputs. */
  state?: (type: string, name: string, inputs: Values) => Values;
}

/** What is read of a request; its class is generated, and the SDK gives it no types. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): unknown };
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getAdditionalsecretoutputsList(): string[];
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getRetainondelete(): boolean;
  getAliasesList(): unknown[];
  getProtect(): boolean;
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): unknown };
}

/** The methods of the SDK's mock engine that are tapped here. */
interface MockEngine {
  registerResource(request: RegisterRequest, callback: unknown): Promise<void>;
  registerResourceOutputs(request: OutputsRequest, callback: unknown): void;
  getChannel?(): { getTarget(): string };
}

let programs = 0;

// Whatever agent the user's session has, or had: programs look for it (components/cluster/sshAgent.ts).
delete process.env.SSH_AUTH_SOCK;

/**
 * Runs a program against the SDK's mock engine and records every request. The mocks alone do not tell
 * dependencies and options, and do not make secret what `additionalSecretOutputs` names, as the engine does.
 */
export async function record<T>(program: () => T, options: Options): Promise<Recording<T>> {
  const byUrn = new Map<string, Registered>();
  let current: RegisterRequest | undefined;
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => {
        if (options.call) return options.call(token, inputs);
        throw new Error(`no function is called by this program, and yet: ${token}`);
      },
      // Called with the request that was noted a moment before, without a pause between the two.
      newResource: ({ name, custom, type, inputs }) => ({
        id: custom ? (options.ids?.[name] ?? `${name}-id`) : undefined,
        state: !custom
          ? {}
          : options.state && !type.startsWith("command:")
            ? { ...inputs, ...options.state(type, name, inputs) }
            : stateOf(
                options.stdout(name, inputs),
                current?.getAdditionalsecretoutputsList() ?? [],
              ),
      }),
    },
    "consul-cluster",
    "test",
    options.preview ?? false,
  );
  const engine = pulumi.runtime.getMonitor() as unknown as MockEngine;
  // As a real one, by which a program is told from others.
  programs += 1;
  const address = `engine-${programs}`;
  engine.getChannel = () => ({ getTarget: () => address });
  const register = engine.registerResource.bind(engine);
  engine.registerResource = (request, callback) => {
    current = request;
    const resource = toRegistered(request);
    byUrn.set(`${resource.type} ${resource.name}`, resource);
    return register(request, callback);
  };
  const registerOutputs = engine.registerResourceOutputs.bind(engine);
  engine.registerResourceOutputs = (request, callback) => {
    const [type, name] = request.getUrn().split("::").slice(-2) as [string, string];
    const resource = byUrn.get(`${type.split("$").pop()} ${name}`);
    if (resource) resource.outputs = fromWire(request.getOutputs().toJavaScript()) as Values;
    registerOutputs(request, callback);
  };
  const { result, errors } = await run(program, () => byUrn.size);
  return { resources: [...byUrn.values()], result, errors };
}

function stateOf(stdout: string, secretOutputs: string[]) {
  const outputs = { stdout, stderr: "" };
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      secretOutputs.includes(key) ? pulumi.secret(value) : value,
    ]),
  );
}

function toRegistered(request: RegisterRequest): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    inputs: fromWire(request.getObject().toJavaScript()) as Values,
    outputs: {},
    dependencies: request
      .getDependenciesList()
      .flatMap((urn) => nameOf(urn) ?? [])
      .sort(),
    deletedWith: nameOf(request.getDeletedwith()),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    replacementTrigger: fromWire(request.getReplacementTrigger()?.toJavaScript()),
    retainOnDelete: request.getRetainondelete(),
    aliases: request.getAliasesList().length,
    isProtected: request.getProtect(),
  };
}

function nameOf(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").pop();
}

/**
 * A rejection that nobody handles ends a real run, but not at once: what does not wait for it is still
 * registered. vitest would fail right away, so its listeners step aside while the program runs.
 */
async function run<T>(
  program: () => T,
  registered: () => number,
): Promise<{ result: T | undefined; errors: Error[] }> {
  const errors: Error[] = [];
  // The SDK notes a stack for each of its promises, which takes a third of the time and is read by nobody.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const failed = new Promise<void>((resolve) => {
    process.on("unhandledRejection", (error) => {
      errors.push(error as Error);
      resolve();
    });
  });
  try {
    let result: T | undefined;
    try {
      result = program();
    } catch (error) {
      errors.push(error as Error);
    }
    // What waits for a value that will never come keeps the SDK waiting for ever.
    await Promise.race([pulumi.runtime.disconnect(), failed]);
    await quiet(() => errors.length + registered());
    return { result, errors };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
}

/** Waits until a count has stayed the same for many turns of the loop; a mock answers within one. */
async function quiet(count: () => number): Promise<void> {
  let last = count();
  for (let turns = 0; turns < 40; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (count() !== last) turns = 0;
    last = count();
  }
}
