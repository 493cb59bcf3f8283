import { local } from "@pulumi/command";
import type { CustomResourceOptions, Input, Resource } from "@pulumi/pulumi";

const read = `require("node:fs").readFileSync(0, "utf8")`;

const note = `process.stdout.write(${read});`;

/** Two servers away at once are one too many for three: looked at before any of them goes. */
const compare = `
const of = (text) => new Map(text.trim().split("\\n").map((line) => line.split(" ", 2)));
const is = ${read};
const was = of(process.env.PULUMI_COMMAND_STDOUT || is);
const replaced = [...of(is)].filter(([name, made]) => was.has(name) && was.get(name) !== made);
if (replaced.length > 1) {
  const names = replaced.map(([name]) => name).join(", ");
  console.error("one machine is replaced at a time, and this run would replace " + names + ": change one, run, then change the next; nothing was changed");
  process.exit(1);
}
process.stdout.write(is);
`.trim();

/**
 * Refuses a run that would replace more than one machine. Every machine waits for it; what it compares with
 * is what it said in the last run. `identities` is a line for each machine: its name, and what a replacement
 * changes, which holds no space.
 */
export function oneAtATime(
  name: string,
  identities: Input<string>,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: note,
      update: compare,
      stdin: identities,
      logging: local.Logging.None,
    },
    opts,
  );
}
