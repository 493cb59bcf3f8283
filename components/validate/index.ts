export { MANAGED_KEYS } from "./managedKeys";
export { describeProblems, type Problem } from "./problem";
export { validate } from "./validate";
