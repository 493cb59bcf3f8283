import { local } from "@pulumi/command";
import {
  type CustomResourceOptions,
  type Input,
  interpolate,
  mergeOptions,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import { shellWords } from "../../shellWords";
import { dialing, type Host } from "../host";
import { replacementGuard } from "../replacementGuard";
import type { Making } from "../source";
import { labelOfWanted, wantedMachine } from "../wanted";
import type { NspawnArgs, NspawnMachineArgs } from "./args";
import { asRoot, scriptText } from "./local";
import { loginKey } from "./loginKey";

/**
 * Machines on this computer: made by `pulumi up`, powered off and removed by `pulumi destroy`. With the `settings` of
 * a cluster, what is replaced in one run is limited to what its quorum allows.
 */
export function nspawnHosts(
  args: NspawnArgs,
  { name, label, owner, settings, opts }: Making,
): Host[] {
  const directory = args.directory ?? "/var/lib/consul-cluster";
  const user = args.user ?? "admin";
  const key = loginKey(`${name}-login-key`, directory, label, owner, opts);
  const guard =
    settings && replacementGuard(`${name}-replacements`, identities(args), settings, opts);
  // Whoever looks after a machine that does not come up can log in; the folder goes with the last of what is in it.
  const first = [key.files, ...(guard ? [guard] : [])];
  return args.machines.map((machine) => {
    const wanted = wantedMachine(
      `${name}-${machine.name}-wanted`,
      identityOf(machine),
      mergeOptions({ dependsOn: first }, opts),
    );
    const resource = nspawnMachine(
      `${name}-${machine.name}-machine`,
      machine,
      owner.id,
      [...first, wanted],
      opts,
      {
        directory,
        address: machine.address,
        gateway: args.gateway ?? "198.18.77.1/24",
        bridge: args.bridge ?? "ccbr0",
        image: args.image,
        user,
        publicKey: key.publicKey,
        share: args.share ?? "",
      },
    );
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
      wanted: labelOfWanted(wanted),
      stays: false,
    };
  });
}

/** What a replacement changes. */
function identityOf({ address, generation = 1 }: NspawnMachineArgs): Output<string> {
  return interpolate`${generation}@${address}`;
}

/** A line for each machine: its name, and who it is. */
function identities({ machines }: NspawnArgs): Output<string> {
  const lines = machines.map((machine) => interpolate`${machine.name} ${identityOf(machine)}\n`);
  return output(lines).apply((all) => all.join(""));
}

type MachineSettings = Record<string, Input<string>>;

function nspawnMachine(
  name: string,
  machine: NspawnMachineArgs,
  owner: Output<string>,
  first: Resource[],
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
      // Not among the words: a preview of the first run does not know it. Its name may change, and is not told here:
      // a machine's step that runs again leaves a preview without its host key.
      stdin: owner.apply((id) =>
        [`set -- "$@" ${shellWords([`owner=${id}`])}`, ...scripts].join("\n"),
      ),
      triggers: [machine.generation ?? 1, machine.address],
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    // Two machines cannot have one name: the old one goes first.
    mergeOptions({ deleteBeforeReplace: true, dependsOn: first }, opts),
  );
}

const scripts = ["power.sh", "contents.sh", "owner.sh", "machine.sh"].map(scriptText);

function parseMachine(stdout: string): { machineId: string; hostKey: string } {
  return JSON.parse(stdout);
}
