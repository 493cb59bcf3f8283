import {
  type ComponentResource,
  type CustomResourceOptions,
  type Input,
  log,
  Output,
  output,
  type Resource,
  runtime,
} from "@pulumi/pulumi";
import type { Host } from "../../hosts/host";
import { type Door, type Limits, watchDoor } from "./door";
import { commandPlugins } from "./plugin";

/** How long a host may say nothing while a step waits for it. */
const SILENCE_S = 120;

/** In fractions of that, but for a word, for which nobody waits longer than 10 s. */
function limitsOf(seconds: number): Limits {
  const silence = seconds * 1000;
  return {
    first: silence / 2,
    pause: silence / 6,
    answer: Math.min(10_000, silence / 4),
    silence,
  };
}

/**
 * Ends the run where a host goes silent behind `reach`'s look: the Command plugin bounds a TCP connect and nothing else, takes
 * neither a timeout nor a cancel while it waits for an SSH server's word, and the engine waits for it. So the plugin is ended: the
 * step fails by its name, as with a connection that is lost, and what runs on hosts goes on to its end there.
 *
 * `inputs`: what the command is asked for with. It is under way once they and all that it comes after are there.
 */
export function endIfSilent(
  command: Resource,
  host: Host,
  inputs: Input<unknown>[],
  { dependsOn, parent }: CustomResourceOptions & { parent: ComponentResource },
): void {
  const seconds = Number(process.env.CONSUL_CLUSTER_PATIENCE ?? SILENCE_S);
  if (runtime.isDryRun() || !(seconds > 0)) return;
  let isDone = false;
  let stop = () => {};
  const done = () => {
    isDone = true;
    stop();
  };
  valueIn(command.urn).then(done, done);
  Promise.all([behind(dependsOn), valueIn(output(host.connection)), ...inputs.map(later)]).then(
    ([, connection]) => {
      const { host: address, port, proxy } = connection;
      // Through a bastion that is the door which is seen from here.
      const door: Door = { host: proxy?.host ?? address, port: (proxy ?? { port }).port ?? 22 };
      if (isDone) return;
      stop = watchDoor(
        door,
        limitsOf(seconds),
        () => void endRun(host.name, door, seconds, parent),
      );
    },
    // What fails is told by whoever waits for it.
    () => {},
  );
}

let isEnding = false;

async function endRun(name: string, { host, port }: Door, seconds: number, parent: Resource) {
  if (isEnding) return;
  isEnding = true;
  const plugins = commandPlugins();
  const how =
    plugins.length > 0
      ? "so the plugin is ended, and the run with it"
      : "so press Ctrl-C twice, or end the process pulumi-resource-command";
  await log.error(
    `${name}: accepts connections at ${host} port ${port} and says nothing, for ${seconds} s by now, while a step waits for it. The Command plugin would wait for ever, ${how}. What a script does on any host goes on to its end there. Mend its SSH server and run it again`,
    parent,
  );
  // Nothing less ends it: asked to go, it waits for what it does.
  for (const plugin of plugins) {
    try {
      process.kill(plugin, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** All that a resource comes after. */
async function behind(dependsOn: CustomResourceOptions["dependsOn"]): Promise<void> {
  const some = await later(dependsOn);
  const all = (Array.isArray(some) ? some : [some]) as (Input<Resource> | undefined)[];
  for (const one of all) {
    const resource = (await later(one)) as Resource | undefined;
    if (resource !== undefined) await valueIn(resource.urn);
  }
}

/** A value that may come later, and nothing of it unwrapped. */
async function later(value: unknown): Promise<unknown> {
  return Output.isInstance(value) ? valueIn(value as Output<unknown>) : value;
}

/** The SDK has this, but leaves it out of its types. An `apply` in its place would be one more failure to tell of. */
function valueIn<T>(value: Output<T>): Promise<T> {
  return (value as unknown as { promise(): Promise<T> }).promise();
}
