import { readFileSync } from "node:fs";

// node changes.mjs PLAN_JSON: `true` where an update would do anything, be it to outputs alone, else `false`.

const { resourcePlans } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const changes = Object.values(resourcePlans).some(
  ({ steps = [], goal }) =>
    steps.some((/** @type {string} */ step) => step !== "same") ||
    Object.keys(goal?.outputDiff ?? {}).length > 0,
);
console.log(String(changes));
