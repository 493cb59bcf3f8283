// The id by which a host knows whose it is, wherever the component's or the stack's name goes.

import { randomBytes } from "node:crypto";

/** The first run of the command. */
export function make() {
  process.stdout.write(randomBytes(8).toString("hex"));
}

/** Any later run says what the last one said. */
export function keep() {
  const said = process.env.PULUMI_COMMAND_STDOUT ?? "";
  if (!said) {
    console.error(
      "the id by which the hosts know their owner is not in the stack's state any more; take an earlier state (`pulumi stack import`)",
    );
    process.exit(1);
  }
  process.stdout.write(said);
}
