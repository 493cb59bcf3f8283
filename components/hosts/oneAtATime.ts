import { local } from "@pulumi/command";
import { all, type CustomResourceOptions, type Input, type Resource } from "@pulumi/pulumi";
import type { ClusterSettings } from "../plan";
import { restartDigest } from "../render/server";

const read = `require("node:fs").readFileSync(0, "utf8")`;

const note = `process.stdout.write(${read});`;

/** Two servers away at once are one too many for three: looked at before any of them goes. */
const compare = `
const of = (text) => new Map(text.trim().split("\\n").map((line) => line.split(" ", 2)));
const text = ${read};
const is = of(text);
const was = of(process.env.PULUMI_COMMAND_STDOUT || text);
const differs = (name) => was.has(name) && was.get(name) !== is.get(name);
const servers = [...is.keys()].filter((name) => name !== "*");
const replaced = servers.filter(differs);
const refuse = (why) => { console.error(why + "; nothing was changed"); process.exit(1); };
if (replaced.length > 1) refuse("one machine is replaced at a time, and this run would replace " + replaced.join(", ") + ": change one, run, then change the next");
if (replaced.length === 1 && servers.length === 3 && differs("*")) refuse("this run would replace " + replaced[0] + ", and restart the others while it is away, which leaves no quorum: change the one, run, then change the other");
process.stdout.write(text);
`.trim();

/**
 * Refuses a run that would replace more than one machine, or one of three and restart the two others meanwhile.
 * Every machine waits for it; what it compares with is what it said in the last run. `identities` is a line for
 * each machine: its name, and what a replacement changes, which holds no space.
 */
export function oneAtATime(
  name: string,
  identities: Input<string>,
  settings: Input<ClusterSettings>,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: note,
      update: compare,
      // Behind the names: no server is called by an asterisk.
      stdin: all([identities, settings]).apply(
        ([lines, plain]) => `${lines}* ${restartDigest(plain)}\n`,
      ),
      logging: local.Logging.None,
    },
    opts,
  );
}
