import { local } from "@pulumi/command";
import { type CustomResourceOptions, type Output, secret, unsecret } from "@pulumi/pulumi";

/** The key is made by the computer that runs Pulumi, in memory where there is such a place. */
const make = `
set -eu
umask 077
folder=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "\${TMPDIR:-/tmp}")/consul-cluster.XXXXXX")
trap 'rm -rf "$folder"' EXIT
ssh-keygen -q -t ed25519 -N '' -C consul-cluster -f "$folder/key"
cat "$folder/key"
echo
cut -d' ' -f1,2 "$folder/key.pub"
`.trim();

/** Any later run of this command says what the last one said. */
const keep = `
[ -n "$PULUMI_COMMAND_STDOUT" ] || { echo "the key pair is not in the stack's state any more" >&2; exit 1; }
printf '%s\\n' "$PULUMI_COMMAND_STDOUT"
`.trim();

export interface SshKeyPair {
  /** In OpenSSH's form; a secret. */
  privateKey: Output<string>;
  /** `ssh-ed25519 AAAA...` */
  publicKey: Output<string>;
}

/** An ed25519 key pair, made once and kept in the stack's state, encrypted. */
export function sshKeyPair(name: string, opts: CustomResourceOptions): SshKeyPair {
  const made = new local.Command(
    name,
    {
      create: make,
      update: keep,
      // Its output is the key: it goes nowhere but into the state, as a secret.
      logging: local.Logging.None,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
  // Private and public key, an empty line between them.
  const part = (index: number) =>
    made.stdout.apply((both?: string) => (both ?? "").split("\n\n")[index]?.trim() ?? "");
  return {
    privateKey: secret(part(0).apply((key) => `${key}\n`)),
    publicKey: unsecret(part(1)),
  };
}
