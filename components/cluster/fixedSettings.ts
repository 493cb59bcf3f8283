import { join } from "node:path";
import { local } from "@pulumi/command";
import type { CustomResourceOptions, Output, Resource } from "@pulumi/pulumi";
import { calling, interpreter } from "../javascript";
import type { ClusterPlan } from "./plan";

const script = join(__dirname, "fixedSettings.command.mjs");

/**
 * Refuses a run that would change what a cluster cannot change, or wipe more than one server. Whatever touches a
 * machine or a host waits for it; what it compares with is what it said in the last run.
 */
export function fixedSettings(
  name: string,
  plan: Output<ClusterPlan>,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    name,
    {
      interpreter,
      create: calling(script, "note"),
      update: calling(script, "compare"),
      stdin: plan.apply(renderFixedSettings),
      logging: local.Logging.None,
    },
    opts,
  );
}

/** Neither values nor marks hold a space; the names are those of the arguments. Without ACLs there is no line of them. */
function renderFixedSettings({ datacenter, dataDir, ports, acl, servers }: ClusterPlan): string {
  return [
    `setting datacenter ${datacenter}`,
    `setting dataDir ${dataDir}`,
    `setting ports.serfLan ${ports.serfLan}`,
    `setting ports.serfWan ${ports.serfWan}`,
    ...(acl.defaultPolicy === "off" ? [] : [`setting acl ${acl.defaultPolicy}`]),
    ...servers.map(({ name, wipeData }) => `server ${name} ${wipeData}`.trim()),
    "",
  ].join("\n");
}
