import { readFileSync } from "node:fs";
import { join } from "node:path";
import { local } from "@pulumi/command";
import {
  type CustomResourceOptions,
  type Input,
  mergeOptions,
  type Output,
  output,
  type Resource,
  unsecret,
} from "@pulumi/pulumi";
import type { NspawnArgs, NspawnMachineArgs } from "../../args";
import type { ClusterSettings } from "../../plan";
import { shellWords } from "../../shellWords";
import { dialing, type Host } from "../host";
import { oneAtATime } from "../oneAtATime";

/**
 * Machines on this computer: made by `pulumi up`, powered off and removed by `pulumi destroy`. With the `settings` of
 * a cluster, what is replaced in one run is limited to what its quorum allows.
 */
export function nspawnHosts(
  name: string,
  args: NspawnArgs,
  settings: Output<ClusterSettings> | undefined,
  opts: CustomResourceOptions,
): Host[] {
  const directory = args.directory ?? "/var/lib/consul-cluster";
  const user = args.user ?? "admin";
  const key = loginKey(`${name}-login-key`, directory, name, opts);
  const guard = settings && oneAtATime(`${name}-replacements`, identities(args), settings, opts);
  return args.machines.map((machine) => {
    const resource = nspawnMachine(`${name}-${machine.name}-machine`, machine, guard, opts, {
      directory,
      address: machine.address,
      gateway: args.gateway ?? "198.18.77.1/24",
      bridge: args.bridge ?? "ccbr0",
      image: args.image,
      user,
      publicKey: key.publicKey,
      share: args.share ?? "",
    });
    const made = resource.stdout.apply(parseMachine);
    return {
      name: machine.name,
      address: machine.address,
      user,
      connection: {
        host: machine.address,
        port: 22,
        user,
        privateKey: key.privateKey,
        hostKey: made.hostKey,
        ...dialing,
      },
      machineId: made.machineId,
      stays: false,
    };
  });
}

/** A line for each machine: its name, and what a replacement changes. */
function identities({ machines }: NspawnArgs): Output<string> {
  return output(machines).apply((all) =>
    all.map(({ name, address, generation }) => `${name} ${generation ?? 1}@${address}\n`).join(""),
  );
}

type MachineSettings = Record<string, Input<string>>;

function nspawnMachine(
  name: string,
  machine: NspawnMachineArgs,
  guard: Resource | undefined,
  opts: CustomResourceOptions,
  settings: MachineSettings,
): local.Command {
  const run = (verb: string) =>
    output(settings).apply((values) => {
      const words = Object.entries({ name: machine.name, ...values }).map(
        ([key, value]) => `${key}=${value}`,
      );
      return `${asRoot}sh -s ${verb} ${shellWords(words)}`;
    });
  return new local.Command(
    name,
    {
      create: run("create"),
      delete: run("delete"),
      stdin: ["power.sh", "contents.sh", "machine.sh"].map(scriptText).join("\n"),
      triggers: [machine.generation ?? 1, machine.address],
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    // Two machines cannot have one name: the old one goes first.
    mergeOptions({ deleteBeforeReplace: true, ...(guard && { dependsOn: guard }) }, opts),
  );
}

/** The key pair that opens the machines, kept beside them so that a person can use it, too. */
function loginKey(
  name: string,
  directory: Input<string>,
  cluster: string,
  opts: CustomResourceOptions,
): { privateKey: Output<string>; publicKey: Output<string> } {
  const run = (verb: string) =>
    output(directory).apply((folder) => `${asRoot}sh -s ${shellWords([verb, folder, cluster])}`);
  const key = new local.Command(
    name,
    {
      create: run("create"),
      delete: run("delete"),
      stdin: scriptText("login-key.sh"),
      logging: local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
  // Private and public key, an empty line between them.
  const [privateKey, publicKey] = [0, 1].map((part) =>
    key.stdout.apply((both) => `${both.split("\n\n")[part] ?? ""}\n`.trimStart()),
  ) as [Output<string>, Output<string>];
  return { privateKey, publicKey: unsecret(publicKey.apply((line) => line.trim())) };
}

function parseMachine(stdout: string): { machineId: string; hostKey: string } {
  return JSON.parse(stdout);
}

/** Machines need root; whoever runs Pulumi as somebody else has sudo. */
const asRoot = `$([ "$(id -u)" -eq 0 ] || echo sudo -n) `;

function scriptText(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
