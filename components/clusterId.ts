import { getProject, getStack } from "@pulumi/pulumi";

/** Tells this cluster from every other one, of this stack or of another; fit for a file's name. */
export function clusterId(cluster: string): string {
  return [getProject(), getStack(), cluster].join(".").replaceAll(/[^\w.-]/g, "_");
}
