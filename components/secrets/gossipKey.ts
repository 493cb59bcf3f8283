import { local } from "@pulumi/command";
import { type CustomResourceOptions, type Input, type Output, secret } from "@pulumi/pulumi";

/** 32 random bytes: AES-256 for the gossip between servers. */
const make = `process.stdout.write(require("node:crypto").randomBytes(32).toString("base64"))`;

/** Any later run of this command says what the first one said, and never invents another key. */
const keep = `
const key = process.env.PULUMI_COMMAND_STDOUT;
if (!key) {
  console.error("the gossip key is not in the stack's state any more; hand the cluster's key in as gossipKey");
  process.exit(1);
}
process.stdout.write(key);
`.trim();

/**
 * The gossip key: the one that was handed in, or one that is made once and lives in the stack's state,
 * encrypted. Nothing of the hosts is among its inputs, so nothing that happens to them makes another.
 */
export function gossipKey(
  name: string,
  given: Input<string> | undefined,
  opts: CustomResourceOptions,
): Output<string> {
  if (given !== undefined) {
    return secret(given);
  }
  const made = new local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: make,
      update: keep,
      // Its output is the key: it goes nowhere but into the state, as a secret.
      logging: local.Logging.None,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
  return secret(made.stdout);
}
