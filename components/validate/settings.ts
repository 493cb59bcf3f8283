import { planCluster } from "../cluster/plan";
import { agent, departure } from "../settings/agent";
import { identity } from "../settings/identity";
import { rollout } from "../settings/rollout";
import { access } from "../settings/security";
import { checkOneWayToRotate } from "./gossip";
import { isInside } from "./paths";
import { type Problem, problem, show } from "./problem";
import { checkRows } from "./rows";
import type { Fields } from "./values";

const DEFAULTS = planCluster({});

/** Consul's own settings, as far as each can be judged by itself. */
const alone = { ...identity, ...access, ...departure, ...rollout, ...agent };

export function checkSettings(args: Fields): Problem[] {
  return [
    ...checkRows(alone, args),
    ...checkOneWayToRotate(args),
    ...checkFoldersApart(args, DEFAULTS),
  ];
}

/** The configuration folder is cleared of strays, the data folder belongs to Consul: one cannot hold the other. */
export function checkFoldersApart(
  args: Fields,
  defaults: { configDir: string; dataDir: string },
): Problem[] {
  const { configDir = defaults.configDir, dataDir = defaults.dataDir } = args;
  if (typeof configDir !== "string" || typeof dataDir !== "string") return [];
  if (!isInside(configDir, dataDir) && !isInside(dataDir, configDir)) return [];
  const path = dataDir === defaults.dataDir ? "configDir" : "dataDir";
  return problem(
    path,
    `configDir ${show(configDir)} and dataDir ${show(dataDir)} lie one inside the other; keep them apart`,
  );
}
