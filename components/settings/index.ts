import { agent, departure } from "./agent";
import { extra } from "./extra";
import { identity } from "./identity";
import { listening } from "./listening";
import { release } from "./release";
import { rollout } from "./rollout";
import { access, tls } from "./security";

/** What stands in Consul's own files, and what is near to it. */
export const consul = {
  ...identity,
  ...access,
  ...tls,
  ...agent,
  ...listening,
  ...extra,
};

/** One row a setting of a cluster, by its argument, in the order in which `cluster/args.ts` has them. */
export const settings = { ...release, ...departure, ...rollout, ...consul };
