import { planCluster } from "../cluster/plan";
import { checkAcl } from "./acl";
import { checkDuration, checkInterval } from "./duration";
import { checkGossipKey, checkOneWayToRotate, checkRotation } from "./gossip";
import { checkDomain, MAX_LABEL } from "./names";
import { checkConsulFolder, isInside } from "./paths";
import { type Problem, problem, show } from "./problem";
import { type Check, each, type Fields, number, object, optional, text, truth } from "./values";

const DEFAULTS = planCluster({});

/** Consul's own settings, as far as each can be judged by itself. */
export function checkSettings(args: Fields): Problem[] {
  return [
    ...each(args, "", {
      datacenter: optional(checkDatacenter),
      domain: optional(checkDomain),
      configDir: optional(checkConsulFolder),
      dataDir: optional(checkConsulFolder),
      gossipKey: optional(checkGossipKey),
      gossip: group({ rotation: optional(checkRotation) }),
      acl: optional(checkAcl),
      removeData: optional(truth),
      enableSyslog: optional(truth),
      ui: optional(truth),
      performance: group({ raftMultiplier: optional(checkRaftMultiplier) }),
      dnsConfig: group({ allowStale: optional(truth), maxStale: optional(checkDuration) }),
      retryInterval: optional(checkInterval),
      skipLeaveOnInterrupt: optional(truth),
      leaveOnTerminate: optional(truth),
      rejoinAfterLeave: optional(truth),
    }),
    ...checkOneWayToRotate(args),
    ...checkFoldersApart(args, DEFAULTS),
  ];
}

function group(checks: Record<string, Check>): Check {
  return optional(object((fields, path) => each(fields, path, checks)));
}

export const checkDatacenter = text((datacenter, path) => {
  if (!/^[a-z0-9_-]+$/.test(datacenter)) {
    const hint = /^[\w-]+$/.test(datacenter) ? ` such as ${show(datacenter.toLowerCase())}` : "";
    return problem(
      path,
      `${show(datacenter)} is not a datacenter's name; give lower-case letters, digits, \`-\` and \`_\`${hint}`,
    );
  }
  // It is a label in Consul's DNS.
  return datacenter.length <= MAX_LABEL
    ? []
    : problem(
        path,
        `${show(datacenter)} has ${datacenter.length} characters; DNS takes ${MAX_LABEL}`,
      );
});

const checkRaftMultiplier = number((multiplier, path) =>
  Number.isInteger(multiplier) && multiplier >= 1 && multiplier <= 10
    ? []
    : problem(path, `${show(multiplier)} is not a whole number from 1 to 10; 1 is for production`),
);

/** The configuration folder is cleared of strays, the data folder belongs to Consul: one cannot hold the other. */
export function checkFoldersApart(
  args: Fields,
  defaults: { configDir: string; dataDir: string },
): Problem[] {
  const { configDir = defaults.configDir, dataDir = defaults.dataDir } = args;
  if (typeof configDir !== "string" || typeof dataDir !== "string") return [];
  if (!isInside(configDir, dataDir) && !isInside(dataDir, configDir)) return [];
  const path = args.dataDir === undefined ? "configDir" : "dataDir";
  return problem(
    path,
    `configDir ${show(configDir)} and dataDir ${show(dataDir)} lie one inside the other; keep them apart`,
  );
}
