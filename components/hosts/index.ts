import type { ComponentResource } from "@pulumi/pulumi";
import type { HostSources } from "../args";
import { existingHosts } from "./existing";
import type { Host } from "./host";
import { nspawnHosts } from "./nspawn";

/** The hosts, from the one source that is given; validation has seen to it that there is exactly one. */
export function hostsOf(name: string, sources: HostSources, parent: ComponentResource): Host[] {
  if (sources.nspawn) {
    return nspawnHosts(name, sources.nspawn, parent);
  }
  return sources.existing ? existingHosts(sources.existing) : [];
}
