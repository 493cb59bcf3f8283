// The gossip key, behind the rotation that it was made for: 32 random bytes, AES-256 between the agents. Behind it, in the
// same form, the one of the rotation before: one that no host has taken up can be taken back.

import { randomBytes } from "node:crypto";

const asked = Number(process.env.ROTATION);

/** The first run of the command. */
export function make() {
  say(fresh());
}

/** Any later run says what the last one said, but for a rotation that was asked for, or taken back. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  const [rotation, key, formerRotation, formerKey] = said.split(" ");
  if (!key)
    fail(
      "the gossip key is not in the stack's state any more; hand the cluster's key in as gossipKey",
    );
  const current = `${rotation} ${key}`;
  const former = formerKey ? `${formerRotation} ${formerKey}` : "";
  if (asked === Number(rotation)) say(said);
  // The other way round: asked for again, the rotation that was taken back has its key still.
  else if (former && asked === Number(formerRotation)) say(`${former} ${current}`);
  else if (asked > Number(rotation)) say(`${fresh()} ${current}`);
  else
    fail(
      `gossip.rotation cannot be ${asked}: the cluster is at ${rotation}, and of older keys ${former ? `that of ${formerRotation} alone` : "none"} is kept; say ${rotation}, or more for another key`,
    );
}

/** The rotation that is asked for, with a key of its own. */
function fresh() {
  return `${asked} ${randomBytes(32).toString("base64")}`;
}

/** @param {string} text */
function say(text) {
  process.stdout.write(text);
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
