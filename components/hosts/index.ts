import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { HostSources } from "../args";
import { existingHosts } from "./existing";
import type { Host } from "./host";
import { nspawnHosts } from "./nspawn";

/** The hosts, from the one source that is given; validation has seen to it that there is exactly one. */
export function hostsOf(name: string, sources: HostSources, opts: CustomResourceOptions): Host[] {
  if (sources.nspawn) {
    return nspawnHosts(name, sources.nspawn, opts);
  }
  return sources.existing ? existingHosts(sources.existing) : [];
}
