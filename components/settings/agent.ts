import { checkDuration, checkInterval } from "../validate/duration";
import { problem, show } from "../validate/problem";
import { bool, number } from "../validate/values";
import { group, setting } from "./setting";

const checkRaftMultiplier = number((multiplier, path) =>
  Number.isInteger(multiplier) && multiplier >= 1 && multiplier <= 10
    ? []
    : problem(path, `${show(multiplier)} is not a whole number from 1 to 10; 1 is for production`),
);

/** What a server does by itself, and how it comes and goes. */
export const agent = {
  enableSyslog: setting({
    type: "boolean",
    default: true,
    check: bool,
    consul: "enable_syslog",
  }),
  ui: setting({
    type: "boolean",
    default: true,
    check: bool,
    consul: "ui_config.enabled",
    formerly: ["ui"],
  }),
  performance: group({
    raftMultiplier: setting({
      type: "number",
      default: 1,
      check: checkRaftMultiplier,
      consul: "performance.raft_multiplier",
    }),
  }),
  dnsConfig: group({
    allowStale: setting({
      type: "boolean",
      default: true,
      check: bool,
      consul: "dns_config.allow_stale",
      reload: true,
    }),
    maxStale: setting({
      type: "string",
      default: "15s",
      check: checkDuration,
      consul: "dns_config.max_stale",
      reload: true,
    }),
  }),
  retryInterval: setting({
    type: "string",
    default: "10s",
    check: checkInterval,
    consul: "retry_interval",
  }),
  skipLeaveOnInterrupt: setting({
    type: "boolean",
    default: true,
    check: bool,
    consul: "skip_leave_on_interrupt",
  }),
  leaveOnTerminate: setting({
    type: "boolean",
    default: false,
    check: bool,
    consul: "leave_on_terminate",
  }),
  rejoinAfterLeave: setting({
    type: "boolean",
    default: true,
    check: bool,
    consul: "rejoin_after_leave",
  }),
};

/** What becomes of an agent's folders where it is taken away. */
export const departure = {
  removeData: setting({ type: "boolean", default: false, check: bool }),
};
