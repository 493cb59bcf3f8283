import { join } from "node:path";
import { local } from "@pulumi/command";
import { all, type CustomResourceOptions, type Input, type Resource } from "@pulumi/pulumi";
import type { ClusterSettings } from "../cluster/plan";
import { verbsOf } from "../javascript";
import { restartDigest } from "../render/server";

const script = join(__dirname, "replacementGuard.command.mjs");

/**
 * Refuses a run that would replace more than one machine, or one of three and restart the two others meanwhile.
 * Every machine waits for it; what it compares with is what it said in the last run. `identities` is a line for
 * each machine: its name, and what a replacement changes, which holds no space.
 */
export function replacementGuard(
  name: string,
  identities: Input<string>,
  settings: Input<ClusterSettings>,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    name,
    {
      interpreter: verbsOf(script, "note", "compare"),
      create: "note",
      update: "compare",
      // Behind the names: no server is called by an asterisk.
      stdin: all([identities, settings]).apply(
        ([lines, plain]) => `${lines}* ${restartDigest(plain)}\n`,
      ),
      logging: local.Logging.None,
    },
    opts,
  );
}
