import { local } from "@pulumi/command";
import { type CustomResourceOptions, type Output, output, secret, unsecret } from "@pulumi/pulumi";
import type { ConsulClusterArgs } from "../args";
import { secretsDigest } from "../render/server";

/** 32 random bytes: AES-256 for the gossip between servers. Behind the rotation that they were made for. */
const key = `process.env.ROTATION + " " + require("node:crypto").randomBytes(32).toString("base64")`;

const make = `process.stdout.write(${key})`;

/** Any later run of this command says what the last one said, but for a rotation that was asked for. */
const keep = `
const [rotation, key] = (process.env.PULUMI_COMMAND_STDOUT || "").split(" ");
const asked = Number(process.env.ROTATION);
const fail = (message) => { console.error(message); process.exit(1); };
if (!key) fail("the gossip key is not in the stack's state any more; hand the cluster's key in as gossipKey");
if (asked < Number(rotation)) fail("gossip.rotation only rises: the cluster is at " + rotation + ", and older keys are not kept");
process.stdout.write(asked > Number(rotation) ? ${key} : rotation + " " + key);
`.trim();

export interface GossipKey {
  key: Output<string>;
  /**
   * Names the key without giving it away, and is known where the key is not yet: a preview says that it
   * changes. A key that is handed in has a hash for a label, 48 bits over at least 128 random ones.
   */
  label: Output<string>;
}

/**
 * The gossip key: the one that was handed in, or one that is made once and lives in the stack's state,
 * encrypted. Nothing of the hosts is among its inputs, so nothing that happens to them makes another; only a
 * rotation that is asked for does.
 */
export function gossipKey(
  name: string,
  { gossipKey: given, gossip }: Pick<ConsulClusterArgs, "gossipKey" | "gossip">,
  opts: CustomResourceOptions,
): GossipKey {
  if (given !== undefined) {
    const key = secret(given);
    return { key, label: unsecret(key.apply(secretsDigest)) };
  }
  const rotation = output(gossip?.rotation ?? 1);
  const made = new local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: make,
      update: keep,
      environment: { ROTATION: rotation.apply(String) },
      // Its output is the key: it goes nowhere but into the state, as a secret.
      logging: local.Logging.None,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
  return {
    key: secret(made.stdout.apply((said) => said.split(" ")[1] ?? "")),
    label: rotation.apply((number) => `rotation-${number}`),
  };
}
