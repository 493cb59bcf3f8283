import { parseDuration } from "../validate/duration";
import { problem, show } from "../validate/problem";
import { text } from "../validate/values";
import { group, setting } from "./setting";

const SECOND = 1e9;
const HOUR = 3600 * SECOND;

const checkLimit = text((value, path) => {
  const limit = parseDuration(value);
  return limit !== undefined && limit >= SECOND && limit <= HOUR && limit % SECOND === 0
    ? []
    : problem(
        path,
        `${show(value)} is no Go duration of whole seconds from 1 second to 1 hour; give one such as "90s"`,
      );
}, 'a Go duration such as "90s"');

const limit = (value: string) => setting({ type: "string", default: value, check: checkLimit });

/** What a change waits for, and how long. The scripts on a host have the same defaults (host-lib/gate). */
export const rollout = {
  rollout: group({
    healthTimeout: limit("30s"),
    snapshotTimeout: limit("1m"),
    transferTimeout: limit("20s"),
    recoveryTimeout: limit("2m"),
  }),
};
