import { local, remote } from "@pulumi/command";
import {
  all,
  type ComponentResource,
  type CustomResourceOptions,
  type Input,
  interpolate,
  mergeOptions,
  type Output,
  output,
} from "@pulumi/pulumi";
import type { Host } from "../hosts/host";
import { shellWords } from "../shellWords";
import { library, type StepScript } from "./scripts";
import { endIfSilent } from "./silence";
import { askedForPassword } from "./sudo";

/** `KEY=VALUE` arguments of a script. */
export type Settings = Record<string, Input<string>>;

export interface HostCommandArgs {
  /** The script to run, or `stdin` for one that arrives there. */
  script: StepScript | "stdin";
  settings: Settings;
  /** A plain text shows in previews line by line; a secret one shows that it changed. */
  stdin?: Input<string>;
  /** Keeps the script's words out of the run's log. They never hold a secret, so it is for tidiness. */
  quiet?: boolean;
  /** Another step shows the same text, where this one's cannot be read. */
  shownElsewhere?: boolean;
  /**
   * What was found on the host, or "": with another finding than the state's the script runs again, though all that is
   * wanted is as it was.
   */
  found?: Output<string>;
  /** Which machines are wanted (hosts/wanted.ts), where the script is about others than its host's own. Read with `found`. */
  wanted?: Input<string>;
}

/**
 * The one way in which anything runs on a host: a script with readable arguments, as root.
 *
 * There are no triggers: whatever changes runs the same converging script again. An `update` is the same command line
 * with what was found on the host, and which machine is wanted; `create` stays without, so that a preview, which cannot know what will
 * be found, shows it.
 * There is no `delete`, for one fails where the host is dead: see `leave/`.
 */
export function hostCommand(
  name: string,
  host: Host,
  args: HostCommandArgs,
  opts: CustomResourceOptions & { parent: ComponentResource },
): remote.Command {
  const own: CustomResourceOptions = {
    // Ordinary words, but they came from a host: what it prints is nobody's to publish.
    additionalSecretOutputs: args.quiet ? ["stdout", "stderr"] : undefined,
  };
  const stdin = args.stdin ?? "";
  const hidden = host.sudoPassword !== undefined && args.script !== "stdin";
  if (hidden && !args.quiet && !args.shownElsewhere) {
    show(`${name}-shown`, stdin, opts);
  }
  const create = commandLine(host, args.script, args.settings);
  const update = args.found && updateLine(host, args, args.found);
  const command = new remote.Command(
    name,
    {
      connection: host.connection,
      create,
      ...(update && { update }),
      // Behind the password, where there is one, for as-root.sh.
      stdin: host.sudoPassword === undefined ? stdin : interpolate`${host.sudoPassword}\n${stdin}`,
      logging: args.quiet ? remote.Logging.None : remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    mergeOptions(own, opts),
  );
  endIfSilent(command, host, [create, stdin, update], opts);
  return command;
}

/**
 * A stdin with a password in it is secret as a whole, and a preview would only say that it changed: this stands
 * beside the command for people to read, and does nothing.
 */
function show(
  name: string,
  stdin: Input<string>,
  opts: CustomResourceOptions & { parent: ComponentResource },
): void {
  new local.Command(
    name,
    { create: "cat >/dev/null", stdin, addPreviousOutputInEnv: false },
    { ...opts, dependsOn: [] },
  );
}

/** None where nothing was found: an empty one would run nothing. */
function updateLine(
  host: Host,
  { script, settings, wanted = host.wanted }: HostCommandArgs,
  found: Output<string>,
): Output<string> {
  const line = commandLine(host, script, { ...settings, found, ...(wanted && { wanted }) });
  return all([found, line]).apply(([finding, text]) =>
    finding === "" ? undefined : text,
  ) as Output<string>;
}

function commandLine(
  host: Host,
  script: HostCommandArgs["script"],
  settings: Settings,
): Output<string> {
  // The machine's identity is read by no script: it stands here so that a new machine under an old name
  // is set up again.
  const every: Settings = {
    name: host.name,
    ...settings,
    ...(host.machineId && { machine: host.machineId }),
  };
  const words = output(every).apply((values) => {
    // What is not set is not shown.
    const set = Object.entries(values).filter(([, value]) => value !== "");
    return shellWords(set.map(([key, value]) => `${key}=${value}`));
  });
  const program = script === "stdin" ? "sh -s --" : `${library}/${script}`;
  if (host.sudoPassword !== undefined)
    return interpolate`${askedForPassword(script !== "stdin")} ${program} ${words}`;
  return interpolate`${output(host.user).apply((user) => (user === "root" ? "" : "sudo -n "))}${program} ${words}`;
}
