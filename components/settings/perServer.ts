import { extra } from "./extra";
import { setting } from "./setting";

/** What one server, or one client agent, has of its own: laid over what all of them have. Judged by validate/perServer.ts. */
export const perServer = {
  nodeMeta: setting({ type: { mapOf: "string" }, default: {} }),
  environment: extra.environment,
  extraConfig: extra.extraConfig,
};
