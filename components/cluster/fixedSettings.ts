import { join } from "node:path";
import { local } from "@pulumi/command";
import { all, type CustomResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import { verbsOf } from "../javascript";
import type { ClusterPlan } from "./plan";

const script = join(__dirname, "fixedSettings.command.mjs");

/**
 * Refuses a run that would change what a cluster cannot change, or wipe more than one server. Whatever touches a
 * machine or a host waits for it; what it compares with is what it said in the last run.
 */
export function fixedSettings(
  name: string,
  plan: Output<ClusterPlan>,
  authorities: Output<string[]> | undefined,
  opts: CustomResourceOptions,
): Resource {
  return new local.Command(
    name,
    {
      interpreter: verbsOf(script, "note", "compare"),
      create: "note",
      update: "compare",
      stdin: all([plan, authorities]).apply((known) => renderFixedSettings(...known)),
      logging: local.Logging.None,
    },
    opts,
  );
}

/**
 * Neither values nor marks hold a space, and of the CAs the first one signs; the names are those of the arguments. Without ACLs there is no line of them,
 * and so with TLS.
 */
function renderFixedSettings(plan: ClusterPlan, authorities: string[] = []): string {
  const { datacenter, dataDir, domain, ports, acl, tls, servers } = plan;
  return [
    `setting datacenter ${datacenter}`,
    `setting dataDir ${dataDir}`,
    `setting ports.serfLan ${ports.serfLan}`,
    `setting ports.serfWan ${ports.serfWan}`,
    ...(acl.defaultPolicy === "off" ? [] : [`setting acl ${acl.defaultPolicy}`]),
    ...(tls.mode === "off"
      ? []
      : [
          `setting tls ${tls.mode}`,
          `setting tls.caCertificate ${authorities.join("+")}`,
          `setting tls.domain ${domain.replace(/\.$/, "")}`,
        ]),
    ...servers.map(({ name, wipeData }) => `server ${name} ${wipeData}`.trim()),
    "",
  ].join("\n");
}
