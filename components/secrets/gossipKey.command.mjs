// The gossip key, behind the rotation that it was made for: 32 random bytes, AES-256 between the agents.

import { randomBytes } from "node:crypto";

const asked = Number(process.env.ROTATION);

/** The first run of the command. */
export function make() {
  process.stdout.write(`${asked} ${randomBytes(32).toString("base64")}`);
}

/** Any later run says what the last one said, but for a rotation that was asked for. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  const [rotation, key] = said.split(" ");
  if (!key)
    fail(
      "the gossip key is not in the stack's state any more; hand the cluster's key in as gossipKey",
    );
  if (asked < Number(rotation))
    fail(`gossip.rotation only rises: the cluster is at ${rotation}, and older keys are not kept`);
  if (asked > Number(rotation)) make();
  else process.stdout.write(said);
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
