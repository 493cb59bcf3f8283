import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import type { HostSources } from "../cluster/args";
import type { ClusterSettings } from "../cluster/plan";
import type { Owner } from "../steps/release/owner";
import { awsHosts } from "./aws";
import { existingHosts } from "./existing";
import type { Host } from "./host";
import { nspawnHosts } from "./nspawn";

/**
 * The hosts, from the one source that is given; validation has seen to it that there is exactly one. `label`: by which
 * their cluster is known, see `labelOf`. `owner`: whose they are.
 */
export function hostsOf(
  name: string,
  label: string,
  owner: Owner,
  sources: HostSources,
  settings: Output<ClusterSettings>,
  opts: CustomResourceOptions,
): Host[] {
  if (sources.nspawn) {
    return nspawnHosts(name, label, owner, sources.nspawn, settings, opts);
  }
  if (sources.aws) {
    return awsHosts(name, label, sources.aws, settings, opts);
  }
  return sources.existing ? existingHosts(sources.existing.servers) : [];
}
