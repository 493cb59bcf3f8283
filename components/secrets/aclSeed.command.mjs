// The seed of a cluster's tokens: 32 random bytes, of which all of them are derived.

import { randomBytes } from "node:crypto";

/** The first run of the command. */
export function make() {
  process.stdout.write(randomBytes(32).toString("base64"));
}

/** Any later run says what the last one said. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  if (!said) {
    console.error(
      "the seed of the ACL tokens is not in the stack's state any more: bring the state back, for the servers know no other tokens",
    );
    process.exit(1);
  }
  process.stdout.write(said);
}
