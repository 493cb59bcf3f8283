import { gt, valid } from "semver";
import { type Problem, problem, show } from "./problem";
import { type Fields, fieldsOf, isFields, kindOf, UNKNOWN } from "./values";

/** What client agents need of their cluster: outputs of a `ConsulCluster`, and fields of its `clientSettings`. */
export const CLUSTER_FIELDS = [
  "joinAddresses",
  "datacenter",
  "domain",
  "version",
  "gossipKey",
  "clientCaCertificate",
  "clientToken",
  "aclDefaultPolicy",
] as const;
export type ClusterField = (typeof CLUSTER_FIELDS)[number];

const GIVE = "give a ConsulCluster, or the clientSettings of one";

/** Whether it is a cluster at all. */
export function checkCluster(cluster: unknown): Problem[] {
  if (cluster === undefined || cluster === UNKNOWN) return [];
  const missing = CLUSTER_FIELDS.filter((field) => fieldsOf(cluster)[field] === undefined);
  if (isFields(cluster) && missing.length === 0) return [];
  const trouble = isFields(cluster) ? `has no ${missing.join(", no ")}` : `is ${kindOf(cluster)}`;
  return [{ path: "cluster", message: `${trouble}; ${GIVE}`, isShape: true }];
}

/** What is given beside a cluster, and known as early as anything: it contradicts the cluster, or is as good as not there. */
export function checkBesideCluster(args: Fields): Problem[] {
  const { datacenter, domain, version } = fieldsOf(args.cluster);
  const newer =
    isVersion(args.version) && isVersion(version) && gt(args.version, version)
      ? problem(
          "version",
          `${show(args.version)} is newer than the cluster's, ${show(version)}; clients come after their servers`,
        )
      : [];
  return [
    ...sameAs("datacenter", args.datacenter, datacenter),
    ...sameAs("domain", plainDomain(args.domain), plainDomain(domain)),
    ...newer,
  ];
}

/** The same of what may come late. `isSecret`: neither value is shown. */
export function sameAs(
  path: string,
  given: unknown,
  clusters: unknown,
  isSecret?: "secret",
): Problem[] {
  if (typeof given !== "string" || typeof clusters !== "string" || given === clusters) return [];
  const both = isSecret
    ? "is another one than the cluster's"
    : `${show(given)} is not the cluster's, ${show(clusters)}`;
  return problem(path, `${both}; leave it out, and the cluster's is taken`);
}

const isVersion = (text: unknown): text is string =>
  typeof text === "string" && valid(text) !== null;

/** DNS takes a dot at the end, and upper and lower case, for the same. */
const plainDomain = (domain: unknown) =>
  typeof domain === "string" ? domain.replace(/\.$/, "").toLowerCase() : domain;
