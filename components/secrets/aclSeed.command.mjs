// The seed of a cluster's tokens: 32 random bytes, of which all of them are derived. Behind it, where another rotation than the
// first was ever asked for, the number of the rotation, and behind that the one of the rotation before.

import { randomBytes } from "node:crypto";

const asked = Number(process.env.CONSUL_CLUSTER_ACL_ROTATION ?? 1);

/** The first run of the command. */
export function make() {
  const seed = randomBytes(32).toString("base64");
  say(asked === 1 ? seed : `${seed} ${asked}`);
}

/** Any later run says what the last one said, but for a rotation that was asked for, or taken back. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  const [seed, rotation = "1", former] = said.split(" ");
  if (!seed)
    fail(
      "the seed of the ACL tokens is not in the stack's state any more: bring the state back, for the servers know no other tokens",
    );
  if (asked === Number(rotation)) say(said);
  else if (asked > Number(rotation) || (former && asked === Number(former)))
    say(`${seed} ${asked} ${rotation}`);
  else
    fail(
      `acl.rotation cannot be ${asked}: the cluster is at ${rotation}, and older tokens come back ${former ? `as those of ${former} alone` : "in no other way"}; say ${rotation}, or more for other tokens`,
    );
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
