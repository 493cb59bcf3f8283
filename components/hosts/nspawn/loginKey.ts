import { local } from "@pulumi/command";
import {
  all,
  type CustomResourceOptions,
  getStack,
  type Input,
  mergeOptions,
  output,
  type Resource,
  secret,
} from "@pulumi/pulumi";
import { clusterId } from "../../cluster/clusterId";
import { type SshKeyPair, sshKeyPair } from "../../secrets/sshKeyPair";
import { shellWords } from "../../shellWords";
import type { Owner } from "../../steps/release/owner";
import { asRoot, scriptText } from "./local";

/** The key pair that opens the machines, and a copy of it in `files`, so that a person can use it, too. */
export function loginKey(
  name: string,
  directory: Input<string>,
  label: string,
  owner: Owner,
  opts: CustomResourceOptions,
): SshKeyPair & { files: Resource } {
  // The pair of a release that made it in those files, with other commands, is the pair that the machines know.
  const made = { ignoreChanges: ["create", "update", "delete", "stdin", "addPreviousOutputInEnv"] };
  const pair = sshKeyPair(name, mergeOptions(opts, made));
  return {
    ...pair,
    files: layDown(`${name}-files`, directory, folderOf(label), pair, owner, opts),
  };
}

/** No two stacks share one: the project's own is called by its stack, others by their whole id. */
function folderOf(label: string): string {
  return label === getStack() ? label : clusterId(label);
}

function layDown(
  name: string,
  directory: Input<string>,
  folder: string,
  { privateKey, publicKey }: SshKeyPair,
  owner: Owner,
  opts: CustomResourceOptions,
): Resource {
  const run = (verb: string) =>
    output(directory).apply((path) => `${asRoot}sh -s ${shellWords([verb, path, folder])}`);
  return new local.Command(
    name,
    {
      create: run("create"),
      delete: run("delete"),
      stdin: secret(
        all([privateKey, publicKey, owner.id]).apply(
          ([privately, publicly, id]) =>
            `${scriptText("login-key.sh")}main "$@" ${shellWords([id, owner.name])} <<'${end}'\n${privately}\n${publicly}\n${end}\n`,
        ),
      ),
      logging: local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** Ends the here-document behind the script; no key contains this line. */
const end = "CONSUL_CLUSTER_END_OF_KEY";
