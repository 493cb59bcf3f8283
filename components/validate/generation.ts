import { problem, show } from "./problem";
import { number } from "./values";

/** Counts the machines that a server has had, or the times that its host was installed. */
export const checkGeneration = number((generation, path) =>
  Number.isSafeInteger(generation) && generation >= 1
    ? []
    : problem(path, `${show(generation)} is not a whole number from 1; raise it by one at a time`),
);
