import type { ComponentResource } from "@pulumi/pulumi";
import type { Host } from "../hosts/host";

/** Whose steps they are: a server's, or a client agent's. */
export interface Staged {
  /** The steps' names begin with it. */
  resource: string;
  host: Host;
  parent: ComponentResource;
}
