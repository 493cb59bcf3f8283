import { setting } from "./setting";

/** What is handed through: judged by validate/recursors.ts, environment.ts and extraConfig.ts. */
export const extra = {
  recursors: setting({
    type: { listOf: "string" },
    default: [],
    consul: "recursors",
    formerly: ["recursor"],
    reload: true,
  }),
  environment: setting({ type: { mapOf: "string" }, default: {} }),
  extraConfig: setting({ type: { mapOf: "anything" }, default: {} }),
};
