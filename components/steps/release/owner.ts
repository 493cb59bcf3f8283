import { join } from "node:path";
import { local } from "@pulumi/command";
import { type CustomResourceOptions, getProject, getStack, type Output } from "@pulumi/pulumi";
import { calling, interpreter } from "../../javascript";

const script = join(__dirname, "owner.command.mjs");

/** Whose hosts they are: the mark that each of them carries. */
export interface Owner {
  /** Made once; a preview of the first run does not know it, so it stands in no command line of the staging steps. */
  id: Output<string>;
  /** For people. */
  name: string;
}

/** The owner of the hosts of a component: `component` names it, and its id is kept in the stack's state. */
export function owner(component: string, opts: CustomResourceOptions): Owner {
  const { stdout: id } = new local.Command(
    `${component}-owner`,
    {
      interpreter,
      create: calling(script, "make"),
      update: calling(script, "keep"),
      logging: local.Logging.None,
    },
    opts,
  );
  return { id, name: [getProject(), getStack(), component].join("/") };
}
