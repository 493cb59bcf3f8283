import { problem, show } from "./problem";
import { number } from "./values";

export function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;
}

/** A port that something listens on for certain. */
export const checkPort = number((port, path) =>
  isPort(port) ? [] : problem(path, `${show(port)} is not a port; give 1 to 65535`),
);
