import { join } from "node:path";
import {
  all,
  type CustomResourceOptions,
  type Output,
  output,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import type { AclArgs } from "../cluster/args";
import { type AclTokens, rotatedTokens, rotationLabel, tokenLabel } from "../render/acl";
import { secretCommand } from "./secretCommand";

const script = join(__dirname, "aclSeed.command.mjs");

export interface ClusterAcl {
  /** A secret. */
  tokens: Output<AclTokens>;
  /** Names the tokens without giving them away, and is known where they are not yet: a preview says that they change. */
  label: Output<string>;
  /** Names their rotation, and is known as soon; "" for the first. */
  rotation: string;
}

/**
 * The tokens of a cluster, all of one seed that is made once and lives in the stack's state, encrypted; nothing of the
 * hosts is among its inputs. A rotation that is asked for derives others. Without ACLs there are none, and no seed.
 */
export function clusterAcl(
  name: string,
  acl: AclArgs | undefined,
  servers: string[],
  opts: CustomResourceOptions,
): ClusterAcl | undefined {
  if (acl === undefined || acl.defaultPolicy === "off") return undefined;
  const { rotation = 1 } = acl;
  const environment = { CONSUL_CLUSTER_ACL_ROTATION: String(rotation) };
  const seed = secretCommand(name, script, rotation === 1 ? {} : { environment }, opts);
  const given = acl.managementToken === undefined ? undefined : secret(acl.managementToken);
  return {
    tokens: secret(
      all([seed.stdout, given]).apply(([said, management]) =>
        rotatedTokens(said, servers, management),
      ),
    ),
    label: given === undefined ? output("made") : unsecret(given.apply(tokenLabel)),
    rotation: rotationLabel(rotation),
  };
}
