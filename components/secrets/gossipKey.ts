import { join } from "node:path";
import { type CustomResourceOptions, type Output, output, secret, unsecret } from "@pulumi/pulumi";
import type { ConsulClusterArgs } from "../cluster/args";
import { secretsDigest } from "../render/server";
import { secretCommand } from "./secretCommand";

const script = join(__dirname, "gossipKey.command.mjs");

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
  const rotation = output(gossip).apply((said) => said?.rotation ?? 1);
  const environment = { ROTATION: rotation.apply(String) };
  const made = secretCommand(name, script, { environment }, opts);
  return {
    key: secret(made.stdout.apply((said) => said.split(" ")[1] ?? "")),
    label: rotation.apply((number) => `rotation-${number}`),
  };
}
